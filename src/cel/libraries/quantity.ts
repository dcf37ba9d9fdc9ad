import { fn, free, type Library, member } from '../declarations.ts'
import { structOf } from '../types.ts'
import { CelError, Double, intOf, Opaque, type Value } from '../values.ts'

const NANO = 10n ** 9n
const OWN = { Quantity: structOf('kubernetes.Quantity') }

class Quantity extends Opaque {
  readonly typeName = 'kubernetes.Quantity'
  readonly nanos: bigint

  constructor(nanos: bigint) {
    super()
    this.nanos = nanos
  }

  equals(other: Value): boolean {
    return other instanceof Quantity && other.nanos === this.nanos
  }
}

/** Reads a quantity: billionths, or what is wrong with the text. */
export type ParseQuantity = (text: string) => bigint | string

/** The whole number that a quantity is; nothing when it is none, or one of more than 64 bits. */
const wholeOf = ({ nanos }: Quantity) => (nanos % NANO === 0n ? intOf(nanos / NANO) : undefined)

const order = (a: Quantity, b: Quantity) => (a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0)

/** Quantities, `1.5Gi`. How they are written is the API's own business, so that comes in. */
export function quantityLibrary(parse: ParseQuantity): Library {
  const make = (text: string): Value => {
    const nanos = parse(text)
    return typeof nanos === 'string' ? new CelError(nanos) : new Quantity(nanos)
  }
  return {
    functions: [
      fn('quantity', free('string_to_quantity', 'string -> Quantity', make, OWN)),
      fn(
        'isQuantity',
        free('is_quantity_string', 'string -> bool', (text: string) => typeof parse(text) === 'bigint'),
      ),
      ...FUNCTIONS,
    ],
  }
}

const FUNCTIONS = [
  fn(
    'sign',
    free('quantity_sign', 'Quantity -> int', (quantity: Quantity) => order(quantity, new Quantity(0n)), OWN),
  ),
  fn(
    'isGreaterThan',
    member(
      'quantity_is_greater_than',
      'Quantity, Quantity -> bool',
      (a: Quantity, b: Quantity) => order(a, b) > 0,
      OWN,
    ),
  ),
  fn(
    'isLessThan',
    member('quantity_is_less_than', 'Quantity, Quantity -> bool', (a: Quantity, b: Quantity) => order(a, b) < 0, OWN),
  ),
  fn('compareTo', member('quantity_compare_to', 'Quantity, Quantity -> int', order, OWN)),
  fn(
    'asApproximateFloat',
    member(
      'quantity_get_float',
      'Quantity -> double',
      // The decimal text gives the closest double; dividing would round twice.
      ({ nanos }: Quantity) => new Double(Number(`${nanos}e-9`)),
      OWN,
    ),
  ),
  fn(
    'asInteger',
    member(
      'quantity_get_int',
      'Quantity -> int',
      (quantity: Quantity) => wholeOf(quantity) ?? new CelError('cannot convert value to integer'),
      OWN,
    ),
  ),
  fn(
    'isInteger',
    member('quantity_is_integer', 'Quantity -> bool', (quantity: Quantity) => wholeOf(quantity) !== undefined, OWN),
  ),
  arithmetic('add', (a, b) => a + b),
  arithmetic('sub', (a, b) => a - b),
]

function arithmetic(name: string, run: (a: bigint, b: bigint) => bigint) {
  return fn(
    name,
    member(
      `quantity_${name}`,
      'Quantity, Quantity -> Quantity',
      (a: Quantity, b: Quantity) => new Quantity(run(a.nanos, b.nanos)),
      OWN,
    ),
    member(
      `quantity_${name}_int`,
      'Quantity, int -> Quantity',
      (a: Quantity, b: number | bigint) => new Quantity(run(a.nanos, BigInt(b) * NANO)),
      OWN,
    ),
  )
}
