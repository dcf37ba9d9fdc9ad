import { microTimestamp, timestamp } from '../../std/clock.ts'
import { setOwn } from '../equal.ts'
import type { MessageField, Messages } from './messages.ts'
import { fieldsOf, WireError } from './wire.ts'

/** An object in Kubernetes' protobuf form: what it is, and the message that it is. */
export interface Envelope {
  apiVersion: string
  kind: string
  raw: Uint8Array
}

type Json = { [key: string]: unknown }

/** What every protobuf body begins with: `k8s` and a zero byte. */
const MAGIC = Buffer.from('k8s\0')
const NO_BYTES = new Uint8Array()

/** Opens a body. Throws WireError when it is none. */
export function openEnvelope(body: Uint8Array): Envelope {
  if (body.length < MAGIC.length || !MAGIC.equals(body.subarray(0, MAGIC.length))) {
    throw new WireError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
  }
  const unknown = byNumber(body.subarray(MAGIC.length))
  const typeMeta = byNumber(bytesIn(unknown, 1))
  return { apiVersion: text(bytesIn(typeMeta, 1)), kind: text(bytesIn(typeMeta, 2)), raw: bytesIn(unknown, 2) }
}

/** A message as the JSON that it stands for; fields that the table does not know are left out. Throws WireError. */
export function decodeMessage(messages: Messages, name: string, bytes: Uint8Array): Json {
  const fields = messages(name)
  if (!fields) throw new WireError(`no message is known for ${name}`)
  const object: Json = {}
  for (const { number, value } of fieldsOf(bytes)) {
    const field = fields.get(number)
    if (field) put(messages, object, field, value)
  }
  return object
}

function put(messages: Messages, object: Json, field: MessageField, wire: bigint | Uint8Array): void {
  const { name, shape } = field
  if (shape === 'map') {
    const entry = new Map([...fieldsOf(asBytes(wire))].map(({ number, value }) => [number, value]))
    const map = (object[name] ??= {}) as Json
    setOwn(map, text(asBytes(entry.get(1) ?? NO_BYTES)), valueOf(messages, field.type, entry.get(2)))
    return
  }
  const value = valueOf(messages, field.type, wire)
  if (shape === 'list') {
    const list = (object[name] ??= []) as unknown[]
    list.push(value)
  } else if (name === '') {
    Object.assign(object, value)
  } else if (value !== undefined && (field.keepsZero || !isZero(value))) {
    object[name] = value
  }
}

const isZero = (value: unknown) => value === 0 || value === '' || value === false

/** `undefined` on the wire is a value that says nothing. */
function valueOf(messages: Messages, type: string, wire: bigint | Uint8Array = NO_BYTES): unknown {
  switch (type) {
    case 's':
      return text(asBytes(wire))
    case 'i':
      return integer(wire)
    case 'b':
      return wire === 1n
    case 'd':
      return asBytes(wire).length === 8 ? Buffer.from(asBytes(wire)).readDoubleLE() : 0
    case 'B':
      return Buffer.from(asBytes(wire)).toString('base64')
    default:
      return specialOf(messages, type, asBytes(wire))
  }
}

/** Types whose JSON is unlike their message. */
function specialOf(messages: Messages, type: string, bytes: Uint8Array): unknown {
  switch (type) {
    case 'T':
      return timeOf(bytes, timestamp)
    case 'U':
      return timeOf(bytes, microTimestamp)
    case 'D':
      return `${integer(byNumber(bytes).get(1)) / 1e9}s`
    case 'Q':
      return text(bytesIn(byNumber(bytes), 1))
    case 'I':
      return intOrString(byNumber(bytes))
    case 'J':
    case 'R':
      return jsonOf(bytesIn(byNumber(bytes), 1))
    default:
      if (!type.startsWith('L')) return decodeMessage(messages, type, bytes)
      return [...fieldsOf(bytes)].map(({ value }) => valueOf(messages, type.slice(1), value))
  }
}

/** Seconds and nanoseconds since 1970; a message without either is no time at all. */
function timeOf(bytes: Uint8Array, format: (ms: number) => string): string | undefined {
  if (bytes.length === 0) return undefined
  const fields = byNumber(bytes)
  const ms = integer(fields.get(1)) * 1000
  const micros = Math.floor(integer(fields.get(2)) / 1000)
  return format === microTimestamp ? `${timestamp(ms).slice(0, -1)}.${String(micros).padStart(6, '0')}Z` : format(ms)
}

function intOrString(fields: ReadonlyMap<number, bigint | Uint8Array>): number | string {
  const isString = fields.get(1) === 1n
  return isString ? text(bytesIn(fields, 3)) : integer(fields.get(2))
}

function jsonOf(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined
  try {
    return JSON.parse(text(bytes))
  } catch {
    throw new WireError('embedded JSON cannot be read')
  }
}

function integer(wire: bigint | Uint8Array | undefined): number {
  return typeof wire === 'bigint' ? Number(BigInt.asIntN(64, wire)) : 0
}

function byNumber(bytes: Uint8Array): Map<number, bigint | Uint8Array> {
  return new Map([...fieldsOf(bytes)].map(({ number, value }) => [number, value]))
}

function bytesIn(fields: ReadonlyMap<number, bigint | Uint8Array>, number: number): Uint8Array {
  return asBytes(fields.get(number) ?? NO_BYTES)
}

function asBytes(wire: bigint | Uint8Array): Uint8Array {
  if (typeof wire === 'bigint') throw new WireError('illegal wireType')
  return wire
}

const decoder = new TextDecoder()

function text(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
