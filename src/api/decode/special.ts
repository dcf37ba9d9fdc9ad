import { canonical, quantityProblem } from '../quantity.ts'
import { canonicalMicroTime, canonicalTime } from './time.ts'
import type { Unreadable } from './unreadable.ts'

/** A type that reads its own JSON, as Go types with an UnmarshalJSON do. */
export interface SpecialType {
  /** Whether the value is already as it will be served: a quick answer that may be wrongly `false`. */
  isCanonical(value: unknown): boolean
  /** The value as it will be served, or why it cannot be read. Never gets null. */
  read(value: unknown): { value: unknown } | Unreadable | Mismatch
  /** What null becomes where it cannot be left out: in a list or a map. */
  zero: unknown
}

/** Another JSON type than wanted: `json: cannot unmarshal number … of type string`. */
export interface Mismatch {
  found: string
  wanted: string
}

const MACHINERY = 'io.k8s.apimachinery.pkg'
const INT32_MAX = 2 ** 31 - 1
const INT32_MIN = -(2 ** 31)

export function isInt32(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= INT32_MIN && (value as number) <= INT32_MAX
}

/** How Go names what it found: `string`, `bool`, `number`, `object`, `array`. */
export function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

const SHORT_QUANTITY = /^(?:0|[1-9]\d{0,2}(?:[mkMGTPE]|[KMGTPE]i)?)$/
const SHORT_TIME = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{6})?Z$/
const TIME_LENGTH = '2006-01-02T15:04:05Z'.length
const MICRO_TIME_LENGTH = '2006-01-02T15:04:05.000000Z'.length

const outcome = (result: string | Unreadable) => (typeof result === 'string' ? { value: result } : result)

const timeType = (length: number, canonical: (text: string) => string | Unreadable): SpecialType => ({
  isCanonical: (value) => typeof value === 'string' && value.length === length && SHORT_TIME.test(value),
  read: (value) =>
    typeof value === 'string' ? outcome(canonical(value)) : { found: jsonTypeOf(value), wanted: 'string' },
  zero: null,
})

function readQuantity(text: string): { value: unknown } | Unreadable {
  const error = quantityProblem(text)
  return error === undefined ? { value: canonical(text) } : { error }
}

const quantity: SpecialType = {
  isCanonical: (value) => typeof value === 'string' && SHORT_QUANTITY.test(value),
  read: (value) => readQuantity(typeof value === 'string' ? value.trim() : JSON.stringify(value)),
  zero: '0',
}

const intOrString: SpecialType = {
  isCanonical: (value) => typeof value === 'string' || isInt32(value),
  read: (value) =>
    intOrString.isCanonical(value)
      ? { value }
      : { found: typeof value === 'number' ? `number ${value}` : jsonTypeOf(value), wanted: 'int32' },
  zero: 0,
}

const SPECIAL_TYPES = new Map<string, SpecialType>([
  [`${MACHINERY}.api.resource.Quantity`, quantity],
  [`${MACHINERY}.apis.meta.v1.MicroTime`, timeType(MICRO_TIME_LENGTH, canonicalMicroTime)],
  [`${MACHINERY}.apis.meta.v1.Time`, timeType(TIME_LENGTH, canonicalTime)],
  [`${MACHINERY}.util.intstr.IntOrString`, intOrString],
])

/** The special type of a canonical name, if it is one. */
export function specialType(name: string | undefined): SpecialType | undefined {
  return name === undefined ? undefined : SPECIAL_TYPES.get(name)
}

const APIEXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1'

/** Types that are JSON of several shapes, and what they hold when they hold an object. */
const OBJECT_OF = new Map<string, string>(
  ['JSONSchemaPropsOrArray', 'JSONSchemaPropsOrBool', 'JSONSchemaPropsOrStringArray'].map((name) => [
    `${APIEXTENSIONS}.${name}`,
    `${APIEXTENSIONS}.JSONSchemaProps`,
  ]),
)

/** The type of the objects that a type of several shapes can hold; `undefined` for other types. */
export function objectOf(name: string | undefined): string | undefined {
  return name === undefined ? undefined : OBJECT_OF.get(name)
}
