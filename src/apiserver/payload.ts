import { decode, decodeValue, type JsonObject } from '../api/decode.ts'
import { badRequest, unsupportedMediaType } from '../api/errors.ts'
import type { Kind } from '../api/kind.ts'
import type { KubeObject } from '../api/meta.ts'
import { readBytes } from './body.ts'
import { type Call, header } from './call.ts'
import type { Context } from './context.ts'
import type { FieldValidation } from './options/write-options.ts'
import { jsonFromProtobuf, PROTOBUF } from './protobuf-body.ts'

const JSON_TYPE = 'application/json'
const MEDIA_TYPES = [JSON_TYPE, 'application/yaml', PROTOBUF]

/** The media type of the body; 415 when the server cannot read it. */
function bodyType(call: Call): string {
  const given = header(call, 'content-type')
  const type = given.split(';')[0]?.trim() || JSON_TYPE
  if (!MEDIA_TYPES.includes(type)) throw unsupportedMediaType(given, MEDIA_TYPES)
  return type
}

/** The body as text that can be decoded, and the media type of that text; without a body, its type means nothing. */
export async function readText(
  call: Call,
  target: { kind: string; type: string },
): Promise<{ text: string; type: string }> {
  const bytes = await readBytes(call)
  if (bytes.length === 0) return { text: '', type: JSON_TYPE }
  const type = bodyType(call)
  if (type === PROTOBUF) return { text: await jsonFromProtobuf(bytes, target), type: JSON_TYPE }
  return { text: bytes.toString('utf8'), type }
}

/** The object in the body, with defaults; the client is warned of what it should not have sent. 400 when it cannot be read. */
export async function readObject<T extends KubeObject>(
  { schema }: Context,
  call: Call,
  kind: Kind<T>,
  fieldValidation: FieldValidation,
): Promise<T> {
  const { text, type } = await readText(call, kind)
  const { object, warnings } = decode(kind, text, type, { table: schema, fieldValidation })
  call.warnings.push(...warnings)
  return complete({ schema }, kind, object)
}

/** What a patch made of an object, in its kind's shape and with defaults. Throws 400 as `decode` does. */
export function objectFrom<T extends KubeObject>(
  { schema }: Pick<Context, 'schema'>,
  kind: Kind<T>,
  value: JsonObject,
  fieldValidation: FieldValidation,
): { object: T; warnings: string[] } {
  const { object, warnings } = decodeValue(kind, value, { table: schema, fieldValidation })
  return { object: complete({ schema }, kind, object), warnings }
}

/** Fills in what every object of the kind has, then the kind's own defaults. */
function complete<T extends KubeObject>({ schema }: Pick<Context, 'schema'>, kind: Kind<T>, decoded: JsonObject): T {
  decoded['metadata'] ??= {}
  if (!kind.custom && schema.schemaOf(kind.type)?.properties?.['spec']) decoded['spec'] ??= {}
  const object = decoded as unknown as T
  kind.defaults?.(object)
  return object
}

/** JSON that is no object of the API: a patch. 400 when it cannot be read. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw badRequest(`error decoding patch: ${error instanceof Error ? error.message : String(error)}`)
  }
}
