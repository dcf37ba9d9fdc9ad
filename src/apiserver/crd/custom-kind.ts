import type { ICustomResourceDefinitionVersion } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinitionVersion'
import { compareVersions } from '../../api/discovery.ts'
import { clone, deepEqual } from '../../api/equal.ts'
import { defineKind, type Kind, type ScalePaths, type Subresource, type Verb } from '../../api/kind.ts'
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition.ts'
import { isConditionTrue } from '../../api/kinds/apiextensions/conditions.ts'
import { schemaOf } from '../../api/kinds/apiextensions/versions.ts'
import { apiVersionOf, type KubeObject } from '../../api/meta.ts'
import { applyDefaults, dropNulls } from '../../api/structural/defaults.ts'
import { definitionOf } from '../../api/structural/definition.ts'
import { prune } from '../../api/structural/prune.ts'
import { compileRules, type RuleCompiler } from '../../api/structural/rules.ts'
import type { JsonSchema } from '../../api/structural/schema.ts'
import { columnsOf } from './columns.ts'
import type { CustomObject } from './custom-object.ts'
import { converterOf } from './conversion.ts'
import { customRules } from './custom-rules.ts'
import { warnOfFinalizers } from './finalizer-warnings.ts'
import { readCustom } from './read-custom.ts'
import { selectableFieldsOf } from './selectable-fields.ts'

type Version = ICustomResourceDefinitionVersion

/** In upstream's order. */
const VERBS: readonly Verb[] = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']

const SCALE: Subresource = {
  name: 'scale',
  speaks: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  verbs: ['get', 'patch', 'update'],
}

/** The kinds that a definition stands for once its names are established: one for each version that is served. */
export function customKinds(definition: CustomResourceDefinition, rules?: RuleCompiler): Kind[] {
  if (!isConditionTrue(definition, 'Established')) return []
  return definition.spec.versions
    .filter(({ served }) => served)
    .map((version) => customKind(definition, version, rules))
}

/** The kind by which objects are removed when their definition goes: that of the version that stores them. */
export function storageKind(definition: CustomResourceDefinition): Kind | undefined {
  const version = definition.spec.versions.find(({ storage }) => storage)
  return version && customKind(definition, version)
}

/** `com.example.stable.v1.CronTab`: the name of a custom type in schemas. */
export function typeNameOf(group: string, version: string, kind: string): string {
  return [...group.split('.').reverse(), version, kind].join('.')
}

function customKind(definition: CustomResourceDefinition, version: Version, compiler?: RuleCompiler): Kind {
  const { spec } = definition
  const { group, scope } = spec
  const {
    kind,
    plural,
    singular,
    listKind,
    shortNames = [],
    categories = [],
  } = definition.status.acceptedNames ?? spec.names
  const schema = schemaOf(version) ?? {}
  const scale = scaleOf(version)
  const hasStatus = version.subresources?.status !== undefined
  const rules = compiler && compileRules(schema, compiler)
  const made: Kind<CustomObject> = defineKind<CustomObject>({
    ...{ group, version: version.name, kind, plural, singular: singular ?? '', shortNames, categories },
    scope: scope as Kind['scope'],
    type: typeNameOf(group, version.name, kind),
    verbs: VERBS,
    status: hasStatus,
    subresources: scale ? [SCALE] : [],
    generation: true,
    allowUnconditionalUpdate: false,
    defaults: (object) => applyDefaults(object, schema),
    prepareCreate(object) {
      if (hasStatus) delete object.status
    },
    prepareUpdate: countGeneration,
    prepareStatusUpdate: keepAllMetadata,
    ...customRules({ schema, ...(scale && { scale }), ...(rules && { rules }) }),
    warnings: warnOfFinalizers,
    fieldSelectors: selectableFieldsOf(version),
    ...(scale && { scale }),
    ...(version.deprecated && { deprecation: version.deprecationWarning ?? deprecationOf(definition, version) }),
    custom: {
      schema: definitionOf(schema, { group, version: version.name, kind }),
      read: (object) => readCustom(object, schema),
      isTerminating: isConditionTrue(definition, 'Terminating'),
    },
  })
  const whole = { ...made, listKind: listKind ?? made.listKind, columns: columnsOf(version.additionalPrinterColumns) }
  const convert = converterOf(definition)
  const to = (stored: KubeObject) => shapedBy(schema, stored, convert(stored, whole.apiVersion))
  const stored = apiVersionOf({ group, version: spec.versions.find(({ storage }) => storage)?.name ?? version.name })
  const from = (object: KubeObject) => convert(object, stored)
  return { ...whole, viewOf: { kind: whole, to, from } }
}

/** A stored object as its schema has it now: what it was stored with may not be there any more, and it may lack defaults. */
function shapedBy(schema: JsonSchema, stored: KubeObject, converted: KubeObject): KubeObject {
  const object = clone(converted)
  prune(object, schema, true)
  dropNulls(object, schema)
  applyDefaults(object, schema)
  return deepEqual(object, stored) ? stored : object
}

function scaleOf({ subresources }: Version): ScalePaths | undefined {
  if (!subresources?.scale) return undefined
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = subresources.scale
  const names = (path: string) => path.replace(/^\./, '').split('.')
  const selector = labelSelectorPath ? { selector: names(labelSelectorPath) } : {}
  return { replicas: names(specReplicasPath), statusReplicas: names(statusReplicasPath), ...selector }
}

/** All changes count but those of metadata; what a status subresource writes does not come here. */
function countGeneration(next: CustomObject, old: CustomObject): void {
  const { metadata: _, ...rest } = next
  const { metadata: __, ...before } = old
  const { generation = 0 } = old.metadata
  if (!deepEqual(rest, before)) next.metadata.generation = generation + 1
}

function keepAllMetadata(next: CustomObject, old: CustomObject): void {
  const { managedFields } = next.metadata
  next.metadata = { ...old.metadata, ...(managedFields && { managedFields }) }
  if (!managedFields) delete next.metadata.managedFields
}

/** What is said of a deprecated version for which nothing else is written; the newest that is better is named. */
function deprecationOf({ spec }: CustomResourceDefinition, { name }: Version): string {
  const { group, names, versions } = spec
  const message = `${group}/${name} ${names.kind} is deprecated`
  const [newer] = versions
    .filter((other) => other.served && !other.deprecated && compareVersions(other.name, name) < 0)
    .map((other) => other.name)
    .sort(compareVersions)
  return newer === undefined ? message : `${message}; use ${group}/${newer} ${names.kind}`
}
