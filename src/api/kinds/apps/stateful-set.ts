import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import { clone, deepEqual } from '../../equal.ts'
import { age, defineKind } from '../../kind.ts'
import { matchesLabels } from '../../selector.ts'
import type { Served } from '../../meta.ts'
import { dns1123Label, nameIsDns1123Label } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach, nonNegative, nonNegativeFields } from '../check.ts'
import { defaultPodTemplateSpec } from '../core/pod-spec/defaults.ts'
import type { PodTemplateSpec } from '../core/pod-spec/types.ts'
import { validatePodTemplateSpec } from '../core/pod-spec/validate.ts'
import { validateClaimSpec } from '../core/volume/claim-spec.ts'
import { validateLabelSelector } from '../label-selector.ts'
import { containerImages, containerNames } from '../printing.ts'
import { validateNotDecremented, validateReplicaCounts } from '../counts.ts'
import { isZero, validateMaximumOf100Percent, validatePositiveIntOrPercent } from '../int-or-percent.ts'
import { scaleSubresource } from './scale.ts'
import { isEmptySelector, validateAlwaysRestarted } from './workload-template.ts'
import { warnOfPod } from '../core/pod-spec/warnings.ts'
import { warnOfClaimSpec } from '../core/volume/warnings.ts'
import { isChanged } from '../workload-warnings.ts'

export type StatefulSet = Served<IStatefulSet>
type Spec = StatefulSet['spec']

const REVISION_HISTORY = 10
const RETENTION_POLICIES = ['Retain', 'Delete']
/** The fields of the spec that an update may change, in the order in which upstream's message names them. */
const CHANGEABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const

export const StatefulSet = defineKind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  scope: 'Namespaced',
  status: true,
  subresources: [scaleSubresource],
  nameRule: nameIsDns1123Label,

  defaults(set) {
    set.spec ??= {} as Spec
    const { spec } = set
    spec.template ??= {}
    defaultPodTemplateSpec(spec.template)
    for (const claim of spec.volumeClaimTemplates ?? []) defaultClaim(claim)
    spec.podManagementPolicy ??= 'OrderedReady'
    defaultUpdateStrategy(spec)
    spec.persistentVolumeClaimRetentionPolicy ??= {}
    spec.persistentVolumeClaimRetentionPolicy.whenDeleted ??= 'Retain'
    spec.persistentVolumeClaimRetentionPolicy.whenScaled ??= 'Retain'
    spec.replicas ??= 1
    spec.revisionHistoryLimit ??= REVISION_HISTORY
  },

  prepareCreate(set) {
    set.status = { replicas: 0, availableReplicas: 0 }
    dropMaxUnavailable(set.spec)
  },

  prepareUpdate(next, old) {
    if (old.spec.updateStrategy?.rollingUpdate?.maxUnavailable === undefined) dropMaxUnavailable(next.spec)
  },

  validate({ spec }, report) {
    const at = report.at('spec')
    validatePolicies(spec, at)
    nonNegativeFields(at, spec, ['replicas', 'minReadySeconds'])
    nonNegative(at, 'ordinals.start', spec.ordinals?.start)
    if (spec.serviceName) invalidEach(at, 'serviceName', spec.serviceName, dns1123Label(spec.serviceName))
    validateSelector(spec, at)
    validatePodTemplateSpec(templateAsRun(spec), at.at('template'))
    validateAlwaysRestarted(spec.template, 'StatefulSet', at.at('template'))
  },

  // The claims are fixed, so what is there already need not be looked at again.
  validateCreate({ spec: { volumeClaimTemplates = [] } }, report) {
    for (const [i, { spec }] of volumeClaimTemplates.entries()) {
      validateClaimSpec(spec ?? {}, report.at('spec', 'volumeClaimTemplates', i, 'spec'))
    }
  },

  validateUpdate(next, old, report) {
    const allowed: Spec = { ...next.spec }
    for (const field of CHANGEABLE) Object.assign(allowed, { [field]: old.spec[field] })
    if (deepEqual(allowed, old.spec)) return
    const names = CHANGEABLE.map((field) => `'${field}'`)
    const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
    report.forbidden('spec', `updates to statefulset spec for fields other than ${list} are forbidden`)
  },

  validateStatusUpdate({ status }, old, report) {
    const at = report.at('status')
    nonNegativeFields(at, status, COUNTS)
    validateReplicaCounts(status, ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'], at)
    validateNotDecremented('collisionCount', status.collisionCount, old.status?.collisionCount, at)
  },

  warnings(set, old, warn) {
    const { template = {}, volumeClaimTemplates = [], revisionHistoryLimit = 0 } = set.spec
    const at = warn.at('spec')
    if (isChanged(set, old)) warnOfPod(template, at.at('template'))
    for (const [i, { spec }] of volumeClaimTemplates.entries()) {
      // In upstream's words, which say the path otherwise of an update.
      warnOfClaimSpec(spec ?? {}, at.at('volumeClaimTemplates', i, ...(old ? ['Spec'] : [])))
    }
    if (revisionHistoryLimit < 0) {
      at.add('revisionHistoryLimit', 'a negative value retains all historical revisions; a value >= 0 is recommended')
    }
  },

  columns: [
    ['Ready', ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`],
    age,
    ['Containers', ({ spec }) => containerNames(spec.template.spec?.containers), { priority: 1 }],
    ['Images', ({ spec }) => containerImages(spec.template.spec?.containers), { priority: 1 }],
  ],
})

const COUNTS = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
  'collisionCount',
] as const

type Claim = NonNullable<Spec['volumeClaimTemplates']>[number]

function defaultClaim(claim: Claim): void {
  claim.apiVersion ??= 'v1'
  claim.kind ??= 'PersistentVolumeClaim'
  claim.spec ??= {}
  claim.spec.volumeMode ??= 'Filesystem'
  claim.status ??= {}
  claim.status.phase ??= 'Pending'
}

function defaultUpdateStrategy(spec: Spec): void {
  spec.updateStrategy ??= {}
  const strategy = spec.updateStrategy
  if (!strategy.type) {
    strategy.type = 'RollingUpdate'
    strategy.rollingUpdate ??= {}
  }
  if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate) strategy.rollingUpdate.partition ??= 0
}

/** The feature MaxUnavailableStatefulSet is off, as it is upstream. */
function dropMaxUnavailable({ updateStrategy }: Spec): void {
  delete updateStrategy?.rollingUpdate?.maxUnavailable
}

function validatePolicies({ podManagementPolicy, updateStrategy, ...spec }: Spec, report: Report): void {
  if (!podManagementPolicy) report.required('podManagementPolicy')
  else if (podManagementPolicy !== 'OrderedReady' && podManagementPolicy !== 'Parallel') {
    report.invalid('podManagementPolicy', podManagementPolicy, "must be 'OrderedReady' or 'Parallel'")
  }
  validateUpdateStrategy(updateStrategy ?? {}, report)
  const { whenDeleted, whenScaled } = spec.persistentVolumeClaimRetentionPolicy ?? {}
  for (const [field, policy] of Object.entries({ whenDeleted, whenScaled })) {
    const at = report.at('persistentVolumeClaimRetentionPolicy')
    if (!RETENTION_POLICIES.includes(policy ?? '')) at.notSupported(field, policy ?? '', RETENTION_POLICIES)
  }
}

function validateUpdateStrategy(strategy: NonNullable<Spec['updateStrategy']>, report: Report): void {
  const { type, rollingUpdate } = strategy
  if (!type) return report.required('updateStrategy')
  if (type === 'OnDelete') {
    if (rollingUpdate) {
      report.invalid('updateStrategy.rollingUpdate', rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'")
    }
    return
  }
  if (type !== 'RollingUpdate') {
    return report.invalid('updateStrategy', strategy, "must be 'RollingUpdate' or 'OnDelete'")
  }
  const { partition = 0, maxUnavailable } = rollingUpdate ?? {}
  const at = report.at('updateStrategy', 'rollingUpdate')
  nonNegative(at, 'partition', partition)
  if (maxUnavailable === undefined) return
  validatePositiveIntOrPercent('maxUnavailable', maxUnavailable, at)
  if (isZero(maxUnavailable)) at.invalid('maxUnavailable', maxUnavailable, 'cannot be 0')
  validateMaximumOf100Percent('maxUnavailable', maxUnavailable, at)
}

function validateSelector({ selector, template }: Spec, report: Report): void {
  if (!selector) return report.required('selector')
  validateLabelSelector(selector, report.at('selector'))
  if (isEmptySelector(selector)) {
    return report.invalid('selector', selector, 'empty selector is invalid for statefulset')
  }
  const labels = template.metadata?.labels ?? {}
  if (!matchesLabels(selector, labels)) {
    report.invalid('template.metadata.labels', labels, '`selector` does not match template `labels`')
  }
}

/** The template with what the controller puts in: names of the pod's own, and a volume for each claim. */
function templateAsRun({ template, volumeClaimTemplates = [] }: Spec): PodTemplateSpec {
  const copy = clone(template)
  if (!copy.spec) return copy
  delete copy.spec.subdomain
  delete copy.spec.hostname
  const claimed = [...new Set(volumeClaimTemplates.map(({ metadata }) => metadata?.name ?? ''))]
  if (claimed.length === 0) return copy
  const volumes = claimed.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }))
  copy.spec.volumes = [...volumes, ...(copy.spec.volumes ?? []).filter(({ name }) => !claimed.includes(name))]
  return copy
}
