import { equal } from './equality.ts'
import { escapeName, unescapeName } from './escape.ts'
import { type SchemaLike, withTypeAndObjectMeta } from './schema.ts'
import { formatDuration, formatTimestamp, parseGoDuration, parseTimestamp } from './time.ts'
import {
  CelError,
  CelMap,
  canonicalKey,
  Double,
  Duration,
  elements,
  fromJson,
  isError,
  isList,
  isMap,
  type JsonObject,
  List,
  listSize,
  mapFind,
  mapSize,
  Opaque,
  Timestamp,
  toArray,
  type Value,
} from './values.ts'

/** What a schema makes of a piece of JSON. */
type Adapt = (raw: unknown) => Value

/** The schema that a `$ref` stands for; without references the schema itself. */
export type Resolve = (schema: SchemaLike) => SchemaLike

/**
 * JSON as a schema sees it: whole numbers are doubles where it says so, texts are times, lists are sets. Nothing is copied;
 * what is looked at is adapted then.
 */
export function typedValue(
  raw: unknown,
  schema: SchemaLike,
  options: { isResourceRoot?: boolean; resolve?: Resolve } = {},
): Value {
  const { isResourceRoot = false, resolve } = options
  const adapters = resolve ? new Adapters(resolve) : PLAIN
  return adapters.of(isResourceRoot ? withTypeAndObjectMeta(schema) : schema)(raw)
}

const goType = (raw: unknown) => {
  if (raw === null) return 'nil'
  if (Array.isArray(raw)) return '[]interface {}'
  if (typeof raw === 'number') return Number.isInteger(raw) ? 'int64' : 'float64'
  if (typeof raw === 'boolean') return 'bool'
  return typeof raw === 'string' ? 'string' : 'map[string]interface {}'
}

const invalid = (wanted: string, raw: unknown) => new CelError(`invalid data, expected ${wanted}, got ${goType(raw)}`)

/** Makes adapters of schemas, each once. */
class Adapters {
  private readonly made = new WeakMap<SchemaLike, Adapt>()
  private readonly resolve: Resolve

  constructor(resolve: Resolve) {
    this.resolve = resolve
  }

  of(unresolved: SchemaLike): Adapt {
    const found = this.made.get(unresolved)
    if (found) return found
    const schema = this.resolve(unresolved)
    const adapt = this.make(schema)
    const orNull: Adapt = (raw) => {
      if (raw !== null && raw !== undefined) return adapt(raw)
      return schema.nullable ? null : new CelError('invalid data, got null for schema with nullable=false')
    }
    this.made.set(unresolved, orNull)
    return orNull
  }

  private make(schema: SchemaLike): Adapt {
    if (schema['x-kubernetes-int-or-string']) return adaptIntOrString
    switch (schema.type) {
      case 'object':
        return this.object(schema)
      case 'array':
        return this.list(schema)
      case 'string':
        return STRINGS[schema.format ?? ''] ?? adaptString
      case 'number':
        return (raw) => (typeof raw === 'number' ? new Double(raw) : invalid('float', raw))
      case 'integer':
        return adaptInteger
      case 'boolean':
        return (raw) => (typeof raw === 'boolean' ? raw : invalid('bool', raw))
      default:
        return schema['x-kubernetes-preserve-unknown-fields'] ? (raw) => new Unknown(raw) : () => untyped(schema)
    }
  }

  private object(given: SchemaLike): Adapt {
    const schema = given['x-kubernetes-embedded-resource'] ? withTypeAndObjectMeta(given) : given
    const { properties, additionalProperties } = schema
    const open = typeof additionalProperties === 'object' ? additionalProperties : undefined
    const fieldOf = (name: string): Adapt | undefined => {
      if (properties) return Object.hasOwn(properties, name) ? this.of(properties[name] as SchemaLike) : undefined
      return open && this.of(open)
    }
    return (raw) => {
      if (isMap(raw) && !(raw instanceof CelMap)) return new TypedMap(raw, fieldOf, properties !== undefined)
      return new CelError('invalid data, expected a map for the provided schema with type=object')
    }
  }

  private list(schema: SchemaLike): Adapt {
    const { items, 'x-kubernetes-list-type': listType = 'atomic', 'x-kubernetes-list-map-keys': keys = [] } = schema
    if (!items) return () => new CelError('invalid array type, expected Items with a non-empty Schema')
    const escaped = keys.map((key) => escapeName(key) ?? key)
    return (raw) => {
      if (!Array.isArray(raw)) {
        return new CelError('invalid data, expected an array for the provided schema with type=array')
      }
      const adapt = this.of(items)
      if (listType === 'set') return new KeyedList(raw, adapt, setKey)
      return listType === 'map'
        ? new KeyedList(raw, adapt, (value) => mapKey(value, escaped))
        : new TypedList(raw, adapt)
    }
  }
}

const PLAIN = new Adapters((schema) => schema)

const untyped = ({ type = '' }: SchemaLike) =>
  new CelError(
    `invalid type, expected object, array, number, integer, boolean or string, or no type with x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true, got ${type}`,
  )

const adaptString: Adapt = (raw) => (typeof raw === 'string' ? raw : invalid('string', raw))

const adaptIntOrString: Adapt = (raw) =>
  typeof raw === 'string' || Number.isInteger(raw)
    ? fromJson(raw)
    : new CelError('invalid data, expected XIntOrString value to be either a string or integer')

function adaptInteger(raw: unknown): Value {
  const value = typeof raw === 'number' ? fromJson(raw) : raw
  return typeof value === 'number' || typeof value === 'bigint' ? value : invalid('int', raw)
}

/** What texts of a format stand for. */
const ofFormat =
  (read: (text: string) => Value | undefined, name: string): Adapt =>
  (raw) => {
    if (typeof raw !== 'string') return invalid('string', raw)
    const value = read(raw)
    return value === undefined || isError(value) ? new CelError(`Invalid ${name} ${raw}: it cannot be read`) : value
  }

const STRINGS: Readonly<Record<string, Adapt>> = {
  duration: ofFormat(readDuration, 'duration'),
  date: ofFormat(
    (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? parseTimestamp(`${text}T00:00:00Z`) : undefined),
    'date formatted string',
  ),
  'date-time': ofFormat((text) => parseTimestamp(text) ?? parseTimestamp(`${text}Z`), 'date-time formatted string'),
  byte: ofFormat(readBytes, 'byte formatted string'),
}

const LONG_UNITS: readonly (readonly [pattern: RegExp, nanos: bigint])[] = [
  [/^(ns|nano.*)$/i, 1n],
  [/^(us|µs|micro.*)$/i, 1000n],
  [/^(ms|milli.*)$/i, 10n ** 6n],
  [/^(s|sec.*)$/i, 10n ** 9n],
  [/^(m|min.*)$/i, 60n * 10n ** 9n],
  [/^(h|hr|hour.*)$/i, 3600n * 10n ** 9n],
  [/^(d|day.*)$/i, 86_400n * 10n ** 9n],
  [/^(w|wk|week.*)$/i, 604_800n * 10n ** 9n],
]

/** A duration as OpenAPI takes it: as Go writes it, or in words, `3 days`. */
function readDuration(text: string): Value | undefined {
  const nanos = parseGoDuration(text)
  if (nanos !== undefined) return new Duration(nanos)
  let sum: bigint | undefined
  for (const [, count = '0', unit = ''] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    const scale = LONG_UNITS.find(([pattern]) => pattern.test(unit))?.[1]
    if (scale !== undefined) sum = (sum ?? 0n) + BigInt(count) * scale
  }
  return sum === undefined ? undefined : new Duration(BigInt.asIntN(64, sum))
}

function readBytes(text: string): Value | undefined {
  const isSound = /^(?:[A-Za-z0-9+/_-]{4})*(?:[A-Za-z0-9+/_-]{2}==|[A-Za-z0-9+/_-]{3}=)?$/.test(text)
  return isSound ? new Uint8Array(Buffer.from(text, 'base64')) : undefined
}

/** Data that no schema describes. All that can be asked of it is whether it equals other such data. */
class Unknown extends Opaque {
  readonly typeName = 'unknown'
  readonly raw: unknown

  constructor(raw: unknown) {
    super()
    this.raw = raw
  }

  equals(other: Value): boolean {
    return equal(fromJson(this.raw), other instanceof Unknown ? fromJson(other.raw) : other)
  }
}

/** An object with fields of its own, or a map with values of one type. */
class TypedMap extends CelMap {
  private readonly raw: JsonObject
  private readonly fieldOf: (name: string) => Adapt | undefined
  private readonly hasFields: boolean

  constructor(raw: JsonObject, fieldOf: (name: string) => Adapt | undefined, hasFields: boolean) {
    super()
    this.raw = raw
    this.fieldOf = fieldOf
    this.hasFields = hasFields
  }

  get size(): number {
    return Object.keys(this.raw).length
  }

  find(key: Value): Value | undefined {
    if (typeof key !== 'string') return new CelError('no such overload')
    const name = this.hasFields ? unescapeName(key) : key
    if (name === undefined || !Object.hasOwn(this.raw, name)) return undefined
    const raw = this.raw[name]
    // A field that is null is as good as none.
    return this.hasFields && raw === null ? undefined : this.fieldOf(name)?.(raw)
  }

  *keys(): Generator<Value> {
    for (const name of Object.keys(this.raw)) {
      if (this.fieldOf(name)) yield this.hasFields ? (escapeName(name) ?? name) : name
    }
  }

  override equals(other: Value): boolean {
    if (!isMap(other) || mapSize(other) !== this.size) return false
    return Object.keys(this.raw).every((name) =>
      this.fieldOf(name) ? this.fieldEquals(name, other) : this.unknownEquals(name, other),
    )
  }

  private fieldEquals(name: string, other: JsonObject | CelMap): boolean {
    const key = this.hasFields ? (escapeName(name) ?? name) : name
    const [left, right] = [this.find(key), mapFind(other, key)]
    return left === undefined || right === undefined ? left === right : equal(left, right)
  }

  private unknownEquals(name: string, other: JsonObject | CelMap): boolean {
    if (!(other instanceof TypedMap) || !Object.hasOwn(other.raw, name)) return true
    return equal(fromJson(this.raw[name]), fromJson(other.raw[name]))
  }
}

/** A list with elements of a type. */
class TypedList extends List {
  protected readonly raw: readonly unknown[]
  protected readonly adapt: Adapt

  constructor(raw: readonly unknown[], adapt: Adapt) {
    super()
    this.raw = raw
    this.adapt = adapt
  }

  get size(): number {
    return this.raw.length
  }

  at(index: number): Value {
    return this.adapt(this.raw[index])
  }
}

type KeyOf = (value: Value) => unknown

const setKey: KeyOf = (value) => {
  if (value instanceof Timestamp) return formatTimestamp(value)
  return value instanceof Duration ? formatDuration(value) : canonicalKey(value)
}

const mapKey = (value: Value, keys: readonly string[]): string =>
  JSON.stringify(keys.map((key) => [isMap(value) ? String(mapFind(value, key) ?? '') : '', typeof value]))

/** A list that is a set, or a map by some fields of its elements: their order does not count, and none comes twice. */
class KeyedList extends TypedList {
  private readonly keyOf: KeyOf
  private byKey: Map<unknown, Value> | undefined

  constructor(raw: readonly unknown[], adapt: Adapt, keyOf: KeyOf) {
    super(raw, adapt)
    this.keyOf = keyOf
  }

  private get index(): Map<unknown, Value> {
    this.byKey ??= new Map([...elements(this)].map((value) => [this.keyOf(value), value]))
    return this.byKey
  }

  override equals(other: Value): boolean {
    if (!isList(other) || listSize(other) !== this.size) return false
    return elements(other).every((value) => {
      const own = this.index.get(this.keyOf(value))
      return own !== undefined && equal(own, value)
    })
  }

  /** What is in both keeps its place, and has the value of the other list. */
  override concat(other: Value): Value {
    if (!isList(other)) return new CelError('no such overload')
    const merged = new Map(this.index)
    for (const value of toArray(other)) merged.set(this.keyOf(value), value)
    return new KeyedList([...merged.values()], (value) => value as Value, this.keyOf)
  }
}
