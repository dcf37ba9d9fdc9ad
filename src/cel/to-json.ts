import { runtimeType } from './runtime-types.ts'
import { formatDuration, formatTimestamp } from './time.ts'
import {
  CelError,
  Double,
  Duration,
  isError,
  isInt,
  isList,
  isMap,
  mapFind,
  mapKeys,
  Optional,
  Timestamp,
  toArray,
  Uint,
  type Value,
} from './values.ts'

/** A value as JSON: bytes as base64, times as texts, what no number can hold exactly as text. An error for what has no JSON. */
export function toJson(value: Value): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (isInt(value)) return typeof value === 'number' ? value : String(value)
  if (value instanceof Uint) return value.value <= 9007199254740991n ? Number(value.value) : String(value.value)
  if (value instanceof Double) return Number.isFinite(value.value) ? value.value : doubleName(value.value)
  if (value instanceof Timestamp) return formatTimestamp(value)
  if (value instanceof Duration) return formatDuration(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Optional) {
    return value.value === undefined ? new CelError('optional.none() dereference') : toJson(value.value)
  }
  if (isList(value)) return listToJson(toArray(value))
  return isMap(value) ? mapToJson(value) : noJson(value)
}

const noJson = (value: Value) =>
  isError(value) ? value : new CelError(`a value of type ${runtimeType(value).name} cannot be written as JSON`)

const doubleName = (value: number) => (Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity')

function listToJson(values: readonly Value[]): unknown {
  const items = values.map(toJson)
  return items.find(isError) ?? items
}

function mapToJson(map: Parameters<typeof mapKeys>[0]): unknown {
  const entries: [string, unknown][] = []
  for (const key of mapKeys(map)) {
    const value = toJson(mapFind(map, key) ?? null)
    if (isError(value)) return value
    const name = key instanceof Uint ? key.value : key
    if (typeof name === 'object') return noJson(key)
    entries.push([String(name), value])
  }
  return Object.fromEntries(entries)
}
