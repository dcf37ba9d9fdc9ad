import { dns1035Label, dns1123Label, dns1123Subdomain, qualifiedName, validLabelValue } from '../api/names.ts'
import { parseQuantity, quantityProblem } from '../api/quantity.ts'
import { doubleText } from './convert.ts'
import { type ApiRules, kubernetesEnvironment, MUTATION_LIBRARIES } from './kubernetes.ts'
import { BINDINGS } from './libraries/bindings.ts'
import { ENCODERS } from './libraries/encoders.ts'
import { MATH } from './libraries/math.ts'
import { formatDuration, formatTimestamp } from './time.ts'
import { Type } from './types.ts'
import {
  Double,
  Duration,
  isList,
  isMap,
  mapFind,
  mapKeys,
  Opaque,
  Optional,
  Timestamp,
  toArray,
  Uint,
  type Value,
} from './values.ts'

/** The API's rules, as the API server hands them in. */
export const RULES: ApiRules = {
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  labelValue: validLabelValue,
  parseQuantity: (text) => quantityProblem(text) ?? parseQuantity(text).nanos,
  qualifiedName,
}

/** The environment of Kubernetes, with the extensions that it leaves out. */
export const KUBERNETES = kubernetesEnvironment(RULES, {
  libraries: [...MUTATION_LIBRARIES, MATH, ENCODERS, BINDINGS],
})

/** A value as text that tells its type. */
export function show(value: Value): string {
  if (value === null || typeof value !== 'object') {
    return typeof value === 'string' ? JSON.stringify(value) : String(value)
  }
  if (value instanceof Uint) return `${value.value}u`
  if (value instanceof Double) return `double(${doubleText(value.value)})`
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('hex')}`
  if (value instanceof Timestamp) return `timestamp(${formatTimestamp(value)})`
  if (value instanceof Duration) return `duration(${formatDuration(value)})`
  if (value instanceof Type) return `type(${value.name})`
  if (value instanceof Optional) return value.value === undefined ? 'optional.none' : `optional(${show(value.value)})`
  if (isList(value)) return `[${toArray(value).map(show).join(', ')}]`
  if (isMap(value)) {
    const entries = [...mapKeys(value)].map((key) => `${show(key)}: ${show(mapFind(value, key) ?? null)}`)
    return `{${entries.sort().join(', ')}}`
  }
  return value instanceof Opaque ? `${value.typeName.replace(/.*\./, '').toLowerCase()}(${String(value)})` : 'unknown'
}
