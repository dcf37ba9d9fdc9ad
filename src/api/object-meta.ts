import type { IObjectMeta } from '@kubernetes-models/apimachinery/apis/meta/v1/ObjectMeta'
import { deepEqual } from './equal.ts'
import type { Kind } from './kind.ts'
import { parseApiVersion } from './meta.ts'
import { nameIsDns1123Label, nameIsDns1123Subdomain, pathSegment, qualifiedName, validLabelValue } from './names.ts'
import type { Report } from './report.ts'

/** `field is immutable`, as all of upstream says it. */
export const IMMUTABLE = 'field is immutable'

/** What must not be below zero. */
export const NEGATIVE = 'must be greater than or equal to 0'

/** All annotations of an object together: 256 KiB. */
const ANNOTATIONS_MAX_BYTES = 256 * 1024
const MANAGER_MAX_BYTES = 128
const SUBRESOURCE_MAX_BYTES = 256

type Scope = Pick<Kind, 'scope' | 'nameRule'> & Partial<Pick<Kind, 'type'>>

/** What is wrong with the metadata of a new object; `report` stands at `metadata`. The name has been generated already. */
export function validateObjectMeta(metadata: IObjectMeta, kind: Scope, report: Report): void {
  const nameRule = kind.nameRule ?? nameIsDns1123Subdomain
  const { name, generateName } = metadata
  if (generateName) {
    for (const message of nameRule(generateName, true)) report.invalid('generateName', generateName, message)
  }
  if (!name) report.required('name', 'name or generateName is required')
  else for (const message of allOf(nameRule, name)) report.invalid('name', name, message)
  validateCommon(metadata, kind, report)
}

/** A kind's own rule, and what holds for every name: it must fit into a URL. */
function allOf(nameRule: NonNullable<Kind['nameRule']>, name: string): string[] {
  const messages = nameRule(name, false)
  return messages.length ? messages : pathSegment(name, false)
}

/** What is wrong with the metadata of an update, by itself and against what was there; `report` stands at `metadata`. */
export function validateObjectMetaUpdate(metadata: IObjectMeta, old: IObjectMeta, kind: Scope, report: Report): void {
  validateCommon(metadata, kind, report)
  if (old.deletionTimestamp) forbidNewFinalizers(metadata.finalizers, old.finalizers, report)
  if (!metadata.resourceVersion) report.invalid('resourceVersion', '', 'must be specified for an update')
  if ((metadata.generation ?? 0) < (old.generation ?? 0)) {
    report.invalid('generation', metadata.generation ?? 0, 'must not be decremented')
  }
  for (const field of IMMUTABLE_FIELDS) {
    if (!deepEqual(metadata[field] ?? null, old[field] ?? null)) {
      report.invalid(field, metadata[field] ?? emptyOf(field), IMMUTABLE)
    }
  }
}

const IMMUTABLE_FIELDS = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const

/** How an absent field prints: strings are empty, the rest is null. */
function emptyOf(field: (typeof IMMUTABLE_FIELDS)[number]): string | null {
  return field === 'name' || field === 'namespace' || field === 'uid' ? '' : null
}

function forbidNewFinalizers(finalizers: readonly string[] = [], old: readonly string[] = [], report: Report): void {
  const extra = [...new Set(finalizers)].filter((finalizer) => !old.includes(finalizer)).sort()
  if (extra.length === 0) return
  const shown = `[]string{${extra.map((finalizer) => JSON.stringify(finalizer)).join(', ')}}`
  report.forbidden(
    'finalizers',
    `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`,
  )
}

function validateCommon(metadata: IObjectMeta, { scope, type }: Scope, report: Report): void {
  validateNamespace(metadata.namespace, scope, report)
  if ((metadata.generation ?? 0) < 0) report.invalid('generation', metadata.generation, NEGATIVE)
  validateLabels(metadata.labels, 'labels', report)
  validateAnnotations(metadata.annotations, 'annotations', report)
  validateOwnerReferences(metadata.ownerReferences ?? [], report)
  validateFinalizers(metadata.finalizers ?? [], report)
  if (type?.startsWith(BUILT_IN)) validateOwnFinalizers(metadata.finalizers ?? [], report)
  validateManagedFields(metadata.managedFields ?? [], report)
}

function validateNamespace(namespace: string | undefined, scope: Kind['scope'], report: Report): void {
  if (scope === 'Cluster') {
    if (namespace) report.forbidden('namespace', 'not allowed on this type')
  } else if (!namespace) {
    report.required('namespace')
  } else {
    for (const message of nameIsDns1123Label(namespace, false)) report.invalid('namespace', namespace, message)
  }
}

/** What is wrong with labels, or with a map that selects by them. */
export function validateLabels(
  labels: Readonly<Record<string, string>> | undefined,
  path: string,
  report: Report,
): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const message of qualifiedName(key)) report.invalid(path, key, message)
    for (const message of validLabelValue(value)) report.invalid(path, value, message)
  }
}

/** What is wrong with annotations: their keys, and their size taken together. */
export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
  report: Report,
): void {
  let bytes = 0
  for (const [key, value] of Object.entries(annotations ?? {})) {
    for (const message of qualifiedName(key.toLowerCase())) report.invalid(path, key, message)
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value)
  }
  if (bytes > ANNOTATIONS_MAX_BYTES) report.tooLong(path, ANNOTATIONS_MAX_BYTES)
}

type OwnerReference = NonNullable<IObjectMeta['ownerReferences']>[number]

function validateOwnerReferences(references: readonly OwnerReference[], report: Report): void {
  let controller = ''
  for (const reference of references) {
    validateOwnerReference(reference, report)
    if (!reference.controller) continue
    const name = `${reference.kind}/${reference.name}`
    if (controller) report.invalid('ownerReferences', references, onlyOneController(controller, name))
    else controller = name
  }
}

const onlyOneController = (first: string, second: string) =>
  `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`

function validateOwnerReference(reference: OwnerReference, report: Report): void {
  const at = report.at('ownerReferences')
  const { apiVersion = '', kind = '', name = '', uid = '' } = reference as Partial<OwnerReference>
  if (!parseApiVersion(apiVersion).version) at.invalid('apiVersion', apiVersion, 'version must not be empty')
  for (const [field, value] of Object.entries({ kind, name, uid })) {
    if (!value) at.invalid(field, value, 'must not be empty')
  }
  if (apiVersion === 'v1' && kind === 'Event') {
    report.invalid('ownerReferences', reference, '/v1, Kind=Event is disallowed from being an owner')
  }
}

function validateFinalizers(finalizers: readonly string[], report: Report): void {
  for (const finalizer of finalizers) {
    for (const message of qualifiedName(finalizer)) report.invalid('finalizers', finalizer, message)
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    report.invalid('finalizers', finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')
  }
}

/** The schemas of the kinds that Kubernetes itself brings. */
const BUILT_IN = 'io.k8s.api.'
const OWN_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion']

/** Finalizers without a prefix are Kubernetes' own, and it knows them all. */
function validateOwnFinalizers(finalizers: readonly string[], report: Report): void {
  for (const [i, finalizer] of finalizers.entries()) {
    if (finalizer.includes('/') || OWN_FINALIZERS.includes(finalizer)) continue
    const why = 'name is neither a standard finalizer name nor is it fully qualified'
    report.at('finalizers', i).invalid('', finalizer, why)
  }
}

function validateManagedFields(entries: NonNullable<IObjectMeta['managedFields']>, report: Report): void {
  for (const [i, { operation = '', fieldsType, manager = '', subresource = '' }] of entries.entries()) {
    const at = report.at('managedFields', i)
    if (operation !== 'Apply' && operation !== 'Update') {
      at.invalid('operation', operation, 'must be `Apply` or `Update`')
    }
    if (fieldsType && fieldsType !== 'FieldsV1') at.invalid('fieldsType', fieldsType, 'must be `FieldsV1`')
    if (Buffer.byteLength(manager) > MANAGER_MAX_BYTES) at.tooLong('manager', MANAGER_MAX_BYTES)
    if (Buffer.byteLength(subresource) > SUBRESOURCE_MAX_BYTES) at.tooLong('subresource', SUBRESOURCE_MAX_BYTES)
  }
}
