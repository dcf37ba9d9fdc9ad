import type { ICustomResourceDefinitionVersion } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinitionVersion'
import { deepEqual } from '../../equal.ts'
import type { Report } from '../../report.ts'
import type { JsonSchema } from '../../structural/schema.ts'
import { schemaErrors } from './schema.ts'
import { columnErrors, scaleErrors, selectableFieldErrors } from './version-parts.ts'

type Version = ICustomResourceDefinitionVersion

/** What versions say each for itself. */
const PARTS = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const
type Part = (typeof PARTS)[number]

/** Where messages say that a part stands: upstream moves up what all versions say alike. */
const SHARED: Readonly<Record<Part, string>> = {
  schema: 'validation',
  subresources: 'subresources',
  additionalPrinterColumns: 'additionalPrinterColumns',
  selectableFields: 'selectableFields',
}

/** Which parts all versions say alike. */
export type SharedParts = ReadonlySet<Part>

export function partsOf(versions: readonly Version[]): SharedParts {
  const alike = (part: Part) =>
    versions.every((version) => deepEqual(version[part] ?? null, versions[0]?.[part] ?? null))
  return new Set(PARTS.filter(alike))
}

export function schemaOf({ schema }: Version): JsonSchema | undefined {
  return schema?.openAPIV3Schema
}

/** Reports what is wrong with what versions say; `report` stands at the spec. */
export function versionErrors(versions: readonly Version[], shared: SharedParts, report: Report): void {
  for (const [i, version] of versions.entries()) {
    deprecationErrors(version, report.at('versions', i))
    for (const part of PARTS) {
      // What is said once for all is looked at with the first.
      if (shared.has(part) && i > 0) continue
      partErrors(part, version, shared.has(part) ? `spec.${SHARED[part]}` : `spec.versions[${i}].${part}`, report)
    }
  }
}

/** `path` is where the part stands, as a whole path; `report` stands at the spec. */
function partErrors(part: Part, version: Version, path: string, report: Report): void {
  const at = report.at(path.slice('spec.'.length))
  const schema = schemaOf(version)
  switch (part) {
    case 'schema':
      return schema && schemaErrors(schema, version.subresources?.status !== undefined, path, at)
    case 'subresources':
      return version.subresources?.scale && scaleErrors(version.subresources.scale, at)
    case 'additionalPrinterColumns':
      return version.additionalPrinterColumns?.forEach((column, i) => columnErrors(column, at.at(i)))
    case 'selectableFields':
      return version.selectableFields && selectableFieldErrors(version.selectableFields, schema, at)
  }
}

const WARNING_MAX_BYTES = 256

function deprecationErrors({ deprecated, deprecationWarning: text }: Version, report: Report): void {
  if (text === undefined) return
  const fail = (why: string) => report.invalid('deprecationWarning', text, why)
  if (!deprecated) return fail('can only be set for deprecated versions')
  if (Buffer.byteLength(text) > WARNING_MAX_BYTES) fail('must be <= 256 characters long')
  if (text === '') fail('must not be an empty string')
  const at = text.search(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u)
  if (at < 0) return
  const bytes = Buffer.byteLength(text.slice(0, at))
  fail(`must only contain printable UTF-8 characters; non-printable character found at index ${bytes}`)
}
