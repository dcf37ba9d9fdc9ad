import type { ICustomResourceDefinition } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinition'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { approvalErrors } from './approval.ts'
import { isConditionTrue } from './conditions.ts'
import { namesErrors } from './names.ts'
import { specErrors, storedVersionErrors, unrecognizedFormats } from './spec.ts'

export type CustomResourceDefinition = Served<ICustomResourceDefinition>

const WEBHOOK_PORT = 443
const GROUP_SUFFIX = 'must be spec.names.plural+"."+spec.group'

export const CustomResourceDefinition = defineKind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  type: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  scope: 'Cluster',
  status: true,
  allowUnconditionalUpdate: false,

  defaults(definition) {
    definition.spec ??= {} as typeof definition.spec
    const { spec } = definition
    spec.names ??= {} as typeof spec.names
    spec.names.singular ||= (spec.names.kind ?? '').toLowerCase()
    if (!spec.names.listKind && spec.names.kind) spec.names.listKind = `${spec.names.kind}List`
    spec.conversion ??= { strategy: 'None' }
    const service = spec.conversion.webhook?.clientConfig?.service
    if (service) service.port ??= WEBHOOK_PORT
  },

  prepareCreate: storeVersion,
  prepareUpdate: storeVersion,

  validateCreate(definition, report) {
    const { metadata, spec } = definition
    if (metadata.name && metadata.name !== `${spec.names.plural ?? ''}.${spec.group ?? ''}`) {
      report.invalid('metadata.name', metadata.name, GROUP_SUFFIX)
    }
    // Nobody uses a definition yet that is new, so what its webhook is trusted by can follow.
    specErrors(spec, report.at('spec'), { mayTrustLater: true })
    approvalErrors(definition, undefined, report)
  },

  validateUpdate(definition, old, report) {
    const { spec, status } = definition
    const isEstablished = isConditionTrue(old, 'Established')
    specErrors(spec, report.at('spec'), { mayTrustLater: !isEstablished })
    const immutable = {
      group: [spec.group, old.spec.group],
      'names.plural': [spec.names.plural, old.spec.names.plural],
    }
    const inUse = { scope: [spec.scope, old.spec.scope], 'names.kind': [spec.names.kind, old.spec.names.kind] }
    for (const [path, [now, before]] of Object.entries({ ...(isEstablished && inUse), ...immutable })) {
      if (now !== before) report.invalid(`spec.${path}`, now, 'field is immutable')
    }
    storedVersionErrors(spec, status.storedVersions ?? [], report.at('status.storedVersions'))
    approvalErrors(definition, old, report)
  },

  validateStatusUpdate({ status }, _old, report) {
    namesErrors(status.acceptedNames ?? {}, report.at('status.acceptedNames'))
  },

  warnings(definition, old, warn) {
    const before = old ? unrecognizedFormats(old.spec) : []
    for (const format of unrecognizedFormats(definition.spec)) {
      if (!before.includes(format)) warn.say(`unrecognized format ${JSON.stringify(format)}`)
    }
  },

  columns: [['Created At', ({ metadata }) => metadata.creationTimestamp, { type: 'date' }]],
})

/** The version that objects are stored in stays on record: until they are migrated, some are in it. */
function storeVersion(definition: CustomResourceDefinition): void {
  const storage = definition.spec.versions?.find((version) => version.storage)?.name
  const { storedVersions = [] } = definition.status
  if (storage === undefined || storedVersions.includes(storage)) return
  definition.status = { ...definition.status, storedVersions: [...storedVersions, storage] }
}
