import type { Conformed } from '../../api/decode/conform.ts'
import { clone } from '../../api/equal.ts'
import { printValue } from '../../api/report.ts'
import { dropNulls } from '../../api/structural/defaults.ts'
import { readEmbedded } from '../../api/structural/embedded.ts'
import { readMetadata } from '../../api/structural/metadata.ts'
import { prune } from '../../api/structural/prune.ts'
import type { JsonSchema } from '../../api/structural/schema.ts'

/**
 * Brings what a client sent into shape as a structural schema wants it: metadata as for every object, without fields that the
 * schema does not have, and without nulls that it does not allow. The object is not changed.
 */
export function readCustom(sent: Readonly<Record<string, unknown>>, schema: JsonSchema): Conformed {
  const object = clone(sent) as Record<string, unknown>
  const metadata = object['metadata'] === undefined ? undefined : readMetadata(object['metadata'] ?? {})
  if (metadata?.error !== undefined) return { value: undefined, unknown: [], error: metadata.error }
  const unknown = (metadata?.unknown ?? []).map((path) => `metadata.${path}`)
  unknown.push(...prune(object, schema, true))
  dropNulls(object, schema)
  const embedded = readEmbedded(object, schema)
  if (embedded.error) {
    const { field, value, why } = embedded.error
    return { value: undefined, unknown: [], error: `${field}: Invalid value: ${printValue(value)}: ${why}` }
  }
  unknown.push(...embedded.unknown)
  if (metadata) object['metadata'] = metadata.value
  return { value: object, unknown }
}
