import { fn, free, type Library, member } from '../declarations.ts'
import { builder, type Macro } from '../macros.ts'
import { DYN, optionalOf } from '../types.ts'
import {
  CelError,
  Double,
  Duration,
  isList,
  isMap,
  type List,
  listAt,
  listSize,
  mapSize,
  NONE,
  Optional,
  Timestamp,
  toArray,
  Uint,
  type Value,
} from '../values.ts'

/** The moment that Go takes for "no time". */
const ZERO_TIME_NANOS = -62_135_596_800n * 10n ** 9n

/** Whether a value is what a field has that was never set. */
function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === '') return true
  if (value instanceof Uint) return value.value === 0n
  if (value instanceof Double) return value.value === 0
  if (value instanceof Uint8Array) return value.length === 0
  if (value instanceof Duration) return value.nanos === 0n
  if (value instanceof Timestamp) return value.nanos === ZERO_TIME_NANOS
  if (isList(value)) return listSize(value) === 0
  return isMap(value) && mapSize(value) === 0
}

const valueOf = ({ value }: Optional): Value => value ?? new CelError('optional.none() dereference')

function unwrap(list: readonly unknown[] | List): Value {
  const items = toArray(list)
  const wrong = items.find((item) => !(item instanceof Optional))
  if (wrong !== undefined) return new CelError(`value ${String(wrong)} is not optional`)
  return (items as Optional[]).flatMap(({ value }) => (value === undefined ? [] : [value]))
}

const at = (list: readonly unknown[] | List, index: number): Value =>
  listSize(list) === 0 ? NONE : new Optional(listAt(list, index < 0 ? listSize(list) + index : index))

/** `x.optMap(v, …)` and `x.optFlatMap(v, …)`: computes on what the optional holds, if anything. */
function optionalMacro(name: string, wrap: boolean): Macro {
  return {
    name,
    isReceiver: true,
    argCount: 2,
    expand({ offset, target, args: [variable, body] }) {
      if (!target || !variable || !body) return undefined
      if (variable.kind !== 'ident') {
        return { problem: `${name}() variable name must be a simple identifier`, offset: variable.offset }
      }
      const make = builder(offset)
      const bound = make.bind(variable.name, make.member(target, 'value'), body)
      const result = wrap ? make.call('optional.of', bound) : bound
      return make.call('_?_:_', make.member(target, 'hasValue'), result, make.call('optional.none'))
    },
  }
}

/** Optional values: `a.?b`, `optional.of(…)`, `orValue` and their kin. */
export const OPTIONAL_TYPES: Library = {
  types: [optionalOf(DYN)],
  macros: [optionalMacro('optMap', true), optionalMacro('optFlatMap', false)],
  functions: [
    fn(
      'optional.of',
      free('optional_of', 'V -> optional(V)', (value: Value) => new Optional(value)),
    ),
    fn(
      'optional.ofNonZeroValue',
      free('optional_ofNonZeroValue', 'V -> optional(V)', (value: Value) =>
        isZero(value) ? NONE : new Optional(value),
      ),
    ),
    fn(
      'optional.none',
      free('optional_none', '-> optional(V)', () => NONE),
    ),
    fn('value', member('optional_value', 'optional(V) -> V', valueOf)),
    fn(
      'hasValue',
      member('optional_hasValue', 'optional(V) -> bool', ({ value }: Optional) => value !== undefined),
    ),
    fn('or', member('optional_or_optional', 'optional(V), optional(V) -> optional(V)')),
    fn('orValue', member('optional_orValue_value', 'optional(V), V -> V')),
    fn('_?._', free('select_optional_field', 'dyn, string -> optional(V)')),
    fn(
      '_[?_]',
      free('list_optindex_optional_int', 'list(V), int -> optional(V)'),
      free('optional_list_optindex_optional_int', 'optional(list(V)), int -> optional(V)'),
      free('map_optindex_optional_value', 'map(K, V), K -> optional(V)'),
      free('optional_map_optindex_optional_value', 'optional(map(K, V)), K -> optional(V)'),
    ),
    fn(
      '_[_]',
      free('optional_list_index_int', 'optional(list(V)), int -> optional(V)'),
      free('optional_map_index_value', 'optional(map(K, V)), K -> optional(V)'),
    ),
    fn(
      'first',
      member('list_first', 'list(V) -> optional(V)', (list: readonly unknown[]) => at(list, 0)),
    ),
    fn(
      'last',
      member('list_last', 'list(V) -> optional(V)', (list: readonly unknown[]) => at(list, -1)),
    ),
    fn('optional.unwrap', free('optional_unwrap', 'list(optional(V)) -> list(V)', unwrap)),
    fn('unwrapOpt', member('optional_unwrapOpt', 'list(optional(V)) -> list(V)', unwrap)),
  ],
}
