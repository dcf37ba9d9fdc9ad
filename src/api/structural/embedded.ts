import { dns1035Label, pathSegment } from '../names.ts'
import { validateObjectMeta } from '../object-meta.ts'
import { joinPath, type Report } from '../report.ts'
import { readMetadata } from './metadata.ts'
import { childOf, isObject, type Json, type JsonSchema } from './schema.ts'

/** Something that makes a whole object unreadable. */
export interface Unreadable {
  field: string
  value: unknown
  why: string
}

/**
 * Brings the metadata of embedded resources into shape, in place. Returns the paths of unknown fields in order, or what cannot be
 * read at all. The root is not looked at unless its schema says that it is an embedded resource too.
 */
export function readEmbedded(
  value: unknown,
  schema: JsonSchema | undefined,
): { unknown: string[]; error?: Unreadable } {
  const unknown: string[] = []
  const error = walk(value, schema, '', unknown)
  return { unknown: unknown.sort(), ...(error && { error }) }
}

function walk(value: unknown, schema: JsonSchema | undefined, path: string, unknown: string[]): Unreadable | undefined {
  if (!schema) return undefined
  if (Array.isArray(value)) {
    return firstOf(value.entries(), ([i, item]) => walk(item, schema.items, `${path}[${i}]`, unknown))
  }
  if (!isObject(value)) return undefined
  const own = schema['x-kubernetes-embedded-resource'] ? readTypeAndMetadata(value, path, unknown) : undefined
  return (
    own ??
    firstOf(Object.entries(value), ([name, one]) => walk(one, childOf(schema, name), joinPath(path, name), unknown))
  )
}

function readTypeAndMetadata(object: Json, path: string, unknown: string[]): Unreadable | undefined {
  for (const name of ['apiVersion', 'kind']) {
    const given = object[name]
    if (given !== undefined && typeof given !== 'string') {
      return { field: joinPath(path, name), value: given, why: 'must be a string' }
    }
  }
  if (object['metadata'] === undefined) return undefined
  const at = joinPath(path, 'metadata')
  const result = readMetadata(object['metadata'])
  if (result.error !== undefined) return { field: at, value: object['metadata'], why: result.error }
  unknown.push(...result.unknown.map((name) => joinPath(at, name)))
  object['metadata'] = result.value
  return undefined
}

function firstOf<T, R>(values: Iterable<T>, find: (value: T) => R | undefined): R | undefined {
  for (const value of values) {
    const found = find(value)
    if (found !== undefined) return found
  }
  return undefined
}

/** Reports what is wrong with the type and metadata of embedded resources. */
export function embeddedErrors(value: unknown, schema: JsonSchema | undefined, report: Report, path = ''): void {
  if (!schema) return
  if (Array.isArray(value)) {
    value.forEach((item, i) => embeddedErrors(item, schema.items, report, `${path}[${i}]`))
  } else if (isObject(value)) {
    if (schema['x-kubernetes-embedded-resource']) resourceErrors(value, path, report)
    for (const [name, one] of Object.entries(value)) {
      const isField = schema.properties && Object.hasOwn(schema.properties, name)
      embeddedErrors(one, childOf(schema, name), report, isField ? joinPath(path, name) : `${path}[${name}]`)
    }
  }
}

function resourceErrors({ apiVersion, kind, metadata }: Json, path: string, report: Report): void {
  const at = (name: string) => joinPath(path, name)
  if (apiVersion === undefined) report.required(at('apiVersion'))
  else if (apiVersion === '') report.invalid(at('apiVersion'), '', 'must not be empty')
  else if (String(apiVersion).split('/').length > 2) {
    report.invalid(at('apiVersion'), apiVersion, `unexpected GroupVersion string: ${apiVersion}`)
  }
  if (kind === undefined) report.required(at('kind'))
  else if (kind === '') report.invalid(at('kind'), '', 'must not be empty')
  else {
    const messages = dns1035Label(String(kind).toLowerCase())
    const why = `may have mixed case, but should otherwise match: ${messages.join(',')}`
    if (messages.length > 0) report.invalid(at('kind'), kind, why)
  }
  if (isObject(metadata)) metadataErrors(metadata, report.at(at('metadata')))
}

/** A name is not needed, and may be any that fits into a path. */
function metadataErrors(metadata: Json, report: Report): void {
  const scope = metadata['namespace'] ? 'Namespaced' : 'Cluster'
  const named = { ...metadata, name: String(metadata['name'] || 'fakename') }
  validateObjectMeta(named, { scope, nameRule: pathSegment }, report)
}
