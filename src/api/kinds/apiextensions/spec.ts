import type { ICustomResourceDefinitionSpec } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinitionSpec'
import { dns1035Label, dns1123Subdomain } from '../../names.ts'
import type { Report } from '../../report.ts'
import { someSchema } from '../../structural/schema.ts'
import { supportedFormat } from '../../structural/formats.ts'
import { requireOneOf } from '../check.ts'
import { conversionErrors } from './conversion.ts'
import { namesErrors } from './names.ts'
import { partsOf, schemaOf, versionErrors } from './versions.ts'

type Spec = ICustomResourceDefinitionSpec

export interface SpecOptions {
  /** Whether the bundle that a conversion webhook is trusted by may be put right later. */
  mayTrustLater: boolean
}

/** Reports all that is wrong with a spec; `report` stands at it. */
export function specErrors(spec: Spec, report: Report, { mayTrustLater }: SpecOptions): void {
  groupErrors(spec.group ?? '', report)
  requireOneOf(report, 'scope', spec.scope, ['Cluster', 'Namespaced'])
  const parts = partsOf(spec.versions ?? [])
  for (const [i, version] of (spec.versions ?? []).entries()) {
    if (!schemaOf(version)) report.required(`versions[${i}].schema.openAPIV3Schema`)
  }
  for (const [i, { name }] of (spec.versions ?? []).entries()) {
    const messages = dns1035Label(name ?? '')
    if (messages.length > 0) report.invalid(`versions[${i}].name`, name ?? '', messages.join(','))
  }
  versionErrors(spec.versions ?? [], parts, report)
  uniquenessErrors(spec, report)
  const { plural, singular, kind, listKind } = spec.names ?? {}
  for (const [path, name] of Object.entries({ plural, singular, kind, listKind })) {
    if (!name) report.required(`names.${path}`)
  }
  namesErrors(spec.names ?? {}, report.at('names'))
  conversionErrors(spec.conversion, mayTrustLater, report.at('conversion'))
  if (spec.preserveUnknownFields) {
    const why =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'
    report.invalid('preserveUnknownFields', true, why)
  }
}

function groupErrors(group: string, report: Report): void {
  if (group === '') return report.required('group')
  const messages = dns1123Subdomain(group)
  if (messages.length > 0) return report.invalid('group', group, messages.join(','))
  if (!group.includes('.')) report.invalid('group', group, 'should be a domain with at least one dot')
}

function uniquenessErrors({ versions = [] }: Spec, report: Report): void {
  if (new Set(versions.map(({ name }) => name)).size < versions.length) {
    report.invalid('versions', versions, 'must contain unique version names')
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    report.invalid('versions', versions, 'must have exactly one version marked as storage version')
  }
}

/** Reports versions on record as stored that the spec no longer has; `report` stands at the record. */
export function storedVersionErrors({ versions }: Spec, stored: readonly string[], report: Report): void {
  if (stored.length === 0) return report.invalid('', stored, 'must have at least one stored version')
  const storage = versions.find((version) => version.storage)?.name
  if (storage !== undefined && !stored.includes(storage)) {
    report.invalid('', stored, `must have the storage version ${storage}`)
  }
  for (const [i, name] of stored.entries()) {
    if (versions.some((version) => version.name === name)) continue
    const why = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`
    report.invalid(`[${i}]`, name, why)
  }
}

/** Formats in the schemas that mean nothing. */
export function unrecognizedFormats({ versions = [] }: Spec): string[] {
  const found = new Set<string>()
  for (const version of versions) {
    const schema = schemaOf(version)
    if (!schema) continue
    someSchema(schema, (one) => {
      if (one.format && !supportedFormat(one)) found.add(one.format)
      return false
    })
  }
  return [...found]
}
