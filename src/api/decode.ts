import { conform } from './decode/conform.ts'
import { hasDuplicateKeys, scanJson } from './decode/scan-json.ts'
import { jsonTypeOf } from './decode/special.ts'
import { badRequest, invalid } from './errors.ts'
import type { Kind } from './kind.ts'
import { apiVersionOf, parseApiVersion } from './meta.ts'
import { type GroupVersionKind, type SchemaTable, shortName } from './schema.ts'
import { readYaml, YamlError } from './yaml.ts'

/** What becomes of fields that the type does not have, and of keys that stand twice: refused, warned of, or dropped in silence. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore'

/** The kind that a request is for. */
export type DecodeTarget = Pick<Kind, 'group' | 'version' | 'kind' | 'type' | 'custom'>

export interface DecodeOptions {
  table: SchemaTable
  fieldValidation: FieldValidation
}

export interface Decoded {
  /** Of the target's kind, its apiVersion and kind filled in; without unknown fields and nulls. */
  object: JsonObject
  /** For the client's `Warning` headers. */
  warnings: string[]
}

export type JsonObject = Record<string, unknown>

/** A body as it came, read as JSON. */
export interface Body {
  value: unknown
  /** What a strict reading objects to: `duplicate field "spec.nodeName"`. */
  objections: string[]
  /** As it came, for messages. */
  text: string
}

/** Reads a request's body and brings it into the shape of `target`. Throws ApiError BadRequest in upstream's words. */
export function decode(target: DecodeTarget, body: string, mediaType: string, options: DecodeOptions): Decoded {
  return decodeBody(target, readBody(target, body, mediaType, options.fieldValidation), options)
}

/** Brings a value (a patched object, say) into the shape of `target`. Throws ApiError BadRequest. The value is not changed. */
export function decodeValue(target: DecodeTarget, value: unknown, options: DecodeOptions): Decoded {
  return decodeBody(target, { value, objections: [], text: '' }, options)
}

/** Whether a media type is one of YAML's. */
export function isYaml(mediaType: string): boolean {
  return /^application\/(?:[\w-]+\+)?yaml\b/.test(mediaType)
}

/** Reads JSON or YAML text. `target` is named in messages. Throws ApiError BadRequest. */
export function readBody(target: DecodeTarget, text: string, mediaType: string, strictness: FieldValidation): Body {
  const body = isYaml(mediaType) ? readYamlBody(target, text) : readJsonBody(target, text)
  return strictness === 'Ignore' ? { ...body, objections: [] } : body
}

function readJsonBody(target: DecodeTarget, text: string): Body {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw unrecognized(
      target,
      text,
      `couldn't get version/kind; json parse error: ${scanJson(text).error ?? 'bad JSON'}`,
    )
  }
  const duplicates = hasDuplicateKeys(text, value) ? scanJson(text).duplicates : []
  return { value, objections: duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`), text }
}

function readYamlBody(target: DecodeTarget, text: string): Body {
  try {
    const { value, duplicates } = readYaml(text)
    return { value, objections: duplicates, text }
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw unrecognized(target, text, `error converting YAML to JSON: ${error.message}`)
  }
}

function decodeBody(target: DecodeTarget, body: Body, { table, fieldValidation }: DecodeOptions): Decoded {
  const { text } = body
  const value = body.value ?? {}
  const unreadable = typeMetaError(value)
  if (unreadable) throw unrecognized(target, text, unreadable)
  const object = value as JsonObject
  const { group, version } = object.apiVersion ? parseApiVersion(object.apiVersion as string) : target
  const kind = (object.kind as string | undefined) || target.kind
  const refuse = (why: string) =>
    badRequest(`${kind} in version "${version}" cannot be handled as a ${target.kind}: ${why}`)
  const actual = { group, version, kind }
  const isTarget = kind === target.kind && group === target.group && version === target.version
  if (target.custom && !isTarget) throw notOfCustomKind(target, actual, object)
  const type = isTarget ? target.type : typeOf(table, actual)
  if (!type) throw refuse(notRegistered(actual))
  const { value: conformed, unknown, error } = target.custom?.read(object) ?? conform(table, type, object)
  if (error !== undefined) throw refuse(error)
  const objections =
    fieldValidation === 'Ignore' ? [] : [...body.objections, ...unknown.map((path) => `unknown field ${quote(path)}`)]
  if (fieldValidation === 'Strict' && objections.length > 0) throw refuse(strictError(objections, isYamlText(body)))
  if (kind !== target.kind) throw refuse(unconvertible(type, target.type))
  if (!isTarget) throw badRequest(wrongVersion(actual, target))
  return { object: withTypeMeta(conformed as JsonObject, target), warnings: objections }
}

/** YAML's duplicates come with their line, JSON's with their path. */
function isYamlText({ objections }: Body): boolean {
  return objections[0]?.startsWith('line ') ?? false
}

const quote = (text: string) => JSON.stringify(text)

/** `strict decoding error: unknown field "spec.foo", unknown field "spec.bar"`. */
function strictError(objections: readonly string[], fromYaml: boolean): string {
  if (!fromYaml) return `strict decoding error: ${objections.join(', ')}`
  const inYaml = objections.filter((objection) => objection.startsWith('line '))
  const others = objections.filter((objection) => !objection.startsWith('line '))
  const yaml = `yaml: unmarshal errors:\n${inYaml.map((objection) => `  ${objection}`).join('\n')}`
  return `strict decoding error: ${[yaml, ...others].join(', ')}`
}

/** apiVersion and kind are read before all else. */
function typeMetaError(value: unknown): string | undefined {
  const cannot = (found: unknown, into: string) =>
    `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonTypeOf(found)} into ${into}`
  if (jsonTypeOf(value) !== 'object') {
    const struct =
      'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
    return cannot(value, `Go value of type ${struct}`)
  }
  for (const field of ['apiVersion', 'kind']) {
    const given = (value as JsonObject)[field]
    if (given !== undefined && given !== null && typeof given !== 'string')
      return cannot(given, `Go struct field .${field} of type string`)
  }
  const apiVersion = ((value as JsonObject).apiVersion ?? '') as string
  return apiVersion.split('/').length > 2 ? `unexpected GroupVersion string: ${apiVersion}` : undefined
}

/** The type that another apiVersion and kind stand for. Only asked when a body is of the wrong kind. */
function typeOf(table: SchemaTable, { group, version, kind }: { group: string; version: string; kind: string }) {
  for (const type of table.types) {
    const known = table.schemaOf(type)?.['x-kubernetes-group-version-kind']
    if (known?.some((gvk) => gvk.group === group && gvk.version === version && gvk.kind === kind)) return type
  }
  return undefined
}

function notRegistered({ group, version, kind }: { group: string; version: string; kind: string }): string {
  return `no kind "${kind}" is registered for version "${apiVersionOf({ group, version })}" in scheme "pkg/api/legacyscheme/scheme.go:30"`
}

/** Go names the two by their packages: `converting (v1.ConfigMap) to (core.Pod): unknown conversion`. */
function unconvertible(type: string, wanted: string): string {
  const from = `${type.split('.').at(-2)}.${shortName(type)}`
  const to = `${wanted.split('.').at(-3)}.${shortName(wanted)}`
  return `converting (${from}) to (${to}): unknown conversion`
}

function wrongVersion(actual: { group: string; version: string }, wanted: { group: string; version: string }): string {
  const given = apiVersionOf(actual)
  return `the API version in the data (${given}) does not match the expected API version (${apiVersionOf(wanted)})`
}

/** Any kind can be read as a custom one, so that it is of another is found only when it is validated. */
function notOfCustomKind(target: DecodeTarget, actual: GroupVersionKind, { metadata }: JsonObject): Error {
  if (actual.group !== target.group || actual.version !== target.version) {
    return badRequest(wrongVersion(actual, target))
  }
  const name = String((metadata as { name?: unknown } | undefined)?.name ?? '')
  const message = `Invalid value: ${quote(actual.kind)}: must be ${target.kind}`
  return invalid(target, name, [{ reason: 'FieldValueInvalid', field: 'kind', message }])
}

function withTypeMeta(object: JsonObject, target: DecodeTarget): JsonObject {
  if (object.apiVersion && object.kind) return object
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = object
  return { apiVersion: apiVersionOf(target), kind: target.kind, ...rest }
}

/** How much of a body a message quotes. */
const SUMMARY_BYTES = 30

function unrecognized(target: DecodeTarget, text: string, why: string) {
  return badRequest(`the object provided is unrecognized (must be of type ${target.kind}): ${why} (${summarize(text)})`)
}

/** JSON objects are quoted as they are, anything else in hexadecimal. */
function summarize(text: string): string {
  const bytes = Buffer.from(text)
  if (bytes.length === 0) return '<empty>'
  const head = bytes.subarray(0, SUMMARY_BYTES)
  const shown = text.startsWith('{') ? head.toString() : head.toString('hex')
  return bytes.length > SUMMARY_BYTES ? `${shown} ...` : shown
}
