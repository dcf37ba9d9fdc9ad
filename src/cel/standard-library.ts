import { add, divide, modulo, multiply, negate, subtract } from './arithmetic.ts'
import { toBool, toBytes, toDouble, toDuration, toInt, toText, toTimestamp, toUint } from './convert.ts'
import { type FunctionDeclaration, fn, fnAny, free, member, type Overload } from './declarations.ts'
import { compare, contains, equal } from './equality.ts'
import { regexMatches } from './regex.ts'
import { runtimeType } from './runtime-types.ts'
import { sizeOf } from './strings.ts'
import { type TimePart, timePart, wholeUnits } from './time.ts'
import {
  CelError,
  type Duration,
  isError,
  isList,
  isMap,
  listSize,
  mapSize,
  noSuchOverload,
  type Timestamp,
  type Value,
} from './values.ts'

/** `a < b` and its like: `holds` says what the order has to be. */
const relation = (holds: (order: number) => boolean) => (a: Value, b: Value) => {
  const order = compare(a, b)
  return isError(order) ? order : holds(order)
}

/** The overloads of a comparison, in upstream's order. */
function comparisons(name: string): Overload[] {
  const kinds = ['int64', 'uint64', 'double']
  const type = (kind: string) => (kind === 'double' ? kind : kind.slice(0, -2))
  const numbers = kinds.flatMap((left) => {
    const rights = [left, ...['double', 'uint64', 'int64'].filter((kind) => kind !== left)]
    const ordered = left === 'double' ? ['double', 'int64', 'uint64'] : rights
    return ordered.map((right) =>
      free(`${name}_${left === right ? left : `${left}_${right}`}`, `${type(left)}, ${type(right)} -> bool`),
    )
  })
  const rest = ['string', 'bytes', 'timestamp', 'duration']
  return [
    free(`${name}_bool`, 'bool, bool -> bool'),
    ...numbers,
    ...rest.map((kind) => free(`${name}_${kind}`, `${kind}, ${kind} -> bool`)),
  ]
}

const OPERATORS: readonly FunctionDeclaration[] = [
  fn('_?_:_', free('conditional', 'bool, A, A -> A')),
  fn('_&&_', free('logical_and', 'bool, bool -> bool')),
  fn('_||_', free('logical_or', 'bool, bool -> bool')),
  fnAny('!_', (value) => (typeof value === 'boolean' ? !value : noSuchOverload()), free('logical_not', 'bool -> bool')),
  fnAny(
    '@not_strictly_false',
    (value) => (typeof value === 'boolean' ? value : true),
    free('not_strictly_false', 'bool -> bool'),
  ),
  fnAny('_==_', (a, b) => equal(a, b), free('equals', 'A, A -> bool')),
  fnAny('_!=_', (a, b) => !equal(a, b), free('not_equals', 'A, A -> bool')),
  fnAny(
    '_+_',
    (a, b) => add(a, b),
    free('add_bytes', 'bytes, bytes -> bytes'),
    free('add_double', 'double, double -> double'),
    free('add_duration_duration', 'duration, duration -> duration'),
    free('add_duration_timestamp', 'duration, timestamp -> timestamp'),
    free('add_timestamp_duration', 'timestamp, duration -> timestamp'),
    free('add_int64', 'int, int -> int'),
    free('add_list', 'list(A), list(A) -> list(A)'),
    free('add_string', 'string, string -> string'),
    free('add_uint64', 'uint, uint -> uint'),
  ),
  fnAny(
    '_-_',
    (a, b) => subtract(a, b),
    free('subtract_double', 'double, double -> double'),
    free('subtract_duration_duration', 'duration, duration -> duration'),
    free('subtract_int64', 'int, int -> int'),
    free('subtract_timestamp_duration', 'timestamp, duration -> timestamp'),
    free('subtract_timestamp_timestamp', 'timestamp, timestamp -> duration'),
    free('subtract_uint64', 'uint, uint -> uint'),
  ),
  fnAny('_*_', (a, b) => multiply(a, b), ...sameNumbers('multiply')),
  fnAny('_/_', (a, b) => divide(a, b), ...sameNumbers('divide')),
  fnAny(
    '_%_',
    (a, b) => modulo(a, b),
    free('modulo_int64', 'int, int -> int'),
    free('modulo_uint64', 'uint, uint -> uint'),
  ),
  fnAny('-_', (a) => negate(a), free('negate_double', 'double -> double'), free('negate_int64', 'int -> int')),
  fnAny(
    '_<_',
    relation((order) => order < 0),
    ...comparisons('less'),
  ),
  fnAny(
    '_<=_',
    relation((order) => order <= 0),
    ...comparisons('less_equals'),
  ),
  fnAny(
    '_>_',
    relation((order) => order > 0),
    ...comparisons('greater'),
  ),
  fnAny(
    '_>=_',
    relation((order) => order >= 0),
    ...comparisons('greater_equals'),
  ),
  fn('_[_]', free('index_list', 'list(A), int -> A'), free('index_map', 'map(A, B), A -> B')),
  fnAny(
    '@in',
    (value, container) => contains(value, container),
    free('in_list', 'A, list(A) -> bool'),
    free('in_map', 'A, map(A, B) -> bool'),
  ),
]

function sameNumbers(name: string): Overload[] {
  return [
    free(`${name}_double`, 'double, double -> double'),
    free(`${name}_int64`, 'int, int -> int'),
    free(`${name}_uint64`, 'uint, uint -> uint'),
  ]
}

const identity = (value: Value) => value

const CONVERSIONS: readonly FunctionDeclaration[] = [
  fn('dyn', free('to_dyn', 'A -> dyn', identity)),
  fn(
    'type',
    free('type', 'A -> type(A)', (value: Value) => runtimeType(value)),
  ),
  fn('bool', free('bool_to_bool', 'bool -> bool', identity), free('string_to_bool', 'string -> bool', toBool)),
  fn('bytes', free('bytes_to_bytes', 'bytes -> bytes', identity), free('string_to_bytes', 'string -> bytes', toBytes)),
  fn(
    'double',
    free('double_to_double', 'double -> double', identity),
    free('int64_to_double', 'int -> double', toDouble),
    free('string_to_double', 'string -> double', toDouble),
    free('uint64_to_double', 'uint -> double', toDouble),
  ),
  fn(
    'duration',
    free('duration_to_duration', 'duration -> duration', identity),
    free('int64_to_duration', 'int -> duration', toDuration),
    free('string_to_duration', 'string -> duration', toDuration),
  ),
  fn(
    'int',
    free('int64_to_int64', 'int -> int', identity),
    free('double_to_int64', 'double -> int', toInt),
    free('duration_to_int64', 'duration -> int', toInt),
    free('string_to_int64', 'string -> int', toInt),
    free('timestamp_to_int64', 'timestamp -> int', toInt),
    free('uint64_to_int64', 'uint -> int', toInt),
  ),
  fn(
    'string',
    free('string_to_string', 'string -> string', identity),
    free('bool_to_string', 'bool -> string', toText),
    free('bytes_to_string', 'bytes -> string', toText),
    free('double_to_string', 'double -> string', toText),
    free('duration_to_string', 'duration -> string', toText),
    free('int64_to_string', 'int -> string', toText),
    free('timestamp_to_string', 'timestamp -> string', toText),
    free('uint64_to_string', 'uint -> string', toText),
  ),
  fn(
    'timestamp',
    free('timestamp_to_timestamp', 'timestamp -> timestamp', identity),
    free('int64_to_timestamp', 'int -> timestamp', toTimestamp),
    free('string_to_timestamp', 'string -> timestamp', toTimestamp),
  ),
  fn(
    'uint',
    free('uint64_to_uint64', 'uint -> uint', identity),
    free('double_to_uint64', 'double -> uint', toUint),
    free('int64_to_uint64', 'int -> uint', toUint),
    free('string_to_uint64', 'string -> uint', toUint),
  ),
]

function sizeOfValue(value: Value): Value {
  if (typeof value === 'string') return sizeOf(value)
  if (value instanceof Uint8Array) return value.length
  if (isList(value)) return listSize(value)
  return isMap(value) ? mapSize(value) : new CelError('no such overload: size')
}

const ON_TEXTS: readonly FunctionDeclaration[] = [
  fnAny(
    'size',
    sizeOfValue,
    free('size_bytes', 'bytes -> int'),
    member('bytes_size', 'bytes -> int'),
    free('size_list', 'list(A) -> int'),
    member('list_size', 'list(A) -> int'),
    free('size_map', 'map(A, B) -> int'),
    member('map_size', 'map(A, B) -> int'),
    free('size_string', 'string -> int'),
    member('string_size', 'string -> int'),
  ),
  onTexts('contains', 'contains_string', (text, part) => text.includes(part)),
  onTexts('endsWith', 'ends_with_string', (text, part) => text.endsWith(part)),
  onTexts('startsWith', 'starts_with_string', (text, part) => text.startsWith(part)),
  fnAny(
    'matches',
    (text, pattern) =>
      typeof text === 'string' && typeof pattern === 'string' ? regexMatches(text, pattern) : noSuchOverload(),
    free('matches', 'string, string -> bool'),
    member('matches_string', 'string, string -> bool'),
  ),
]

/** A test of two texts; upstream looks at the types itself, in its own words. */
function onTexts(name: string, id: string, test: (text: string, part: string) => boolean): FunctionDeclaration {
  const run = (text?: Value, part?: Value) =>
    typeof text === 'string' && typeof part === 'string' ? test(text, part) : noSuchOverload()
  return fnAny(name, run, member(id, 'string, string -> bool'))
}

/** `getHours()` and its like: of a time, of a time in a zone, and of a duration where that has a meaning. */
function timeGetter(part: TimePart, id: string, durationUnit?: 'h' | 'm' | 's' | 'ms'): FunctionDeclaration {
  const withZone = part === 'Seconds' ? `${id}_tz` : `${id}_with_tz`
  const ofDuration = (duration: Duration) => wholeUnits(duration, durationUnit as 's')
  return fn(
    `get${part}`,
    member(id, 'timestamp -> int', (time: Timestamp) => timePart(time, part)),
    member(withZone, 'timestamp, string -> int', (time: Timestamp, zone: string) => timePart(time, part, zone)),
    ...(durationUnit ? [member(`duration_to_${part.toLowerCase()}`, 'duration -> int', ofDuration)] : []),
  )
}

const TIMES: readonly FunctionDeclaration[] = [
  timeGetter('FullYear', 'timestamp_to_year'),
  timeGetter('Month', 'timestamp_to_month'),
  timeGetter('DayOfYear', 'timestamp_to_day_of_year'),
  timeGetter('DayOfMonth', 'timestamp_to_day_of_month'),
  timeGetter('Date', 'timestamp_to_day_of_month_1_based'),
  timeGetter('DayOfWeek', 'timestamp_to_day_of_week'),
  timeGetter('Hours', 'timestamp_to_hours', 'h'),
  timeGetter('Minutes', 'timestamp_to_minutes', 'm'),
  timeGetter('Seconds', 'timestamp_to_seconds', 's'),
  timeGetter('Milliseconds', 'timestamp_to_milliseconds', 'ms'),
]

/** The functions that CEL itself defines. */
export const STANDARD_FUNCTIONS: readonly FunctionDeclaration[] = [...OPERATORS, ...CONVERSIONS, ...ON_TEXTS, ...TIMES]
