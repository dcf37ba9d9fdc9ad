import { deepEqual } from '../equal.ts'
import { canonical, keysOf } from './lists.ts'
import { childOf, isObject, type JsonSchema } from './schema.ts'

/** A value and what it was before, where that can be told: what has not changed need not meet rules that came later. */
export class Correlation {
  readonly value: unknown
  readonly old: unknown
  private readonly schema: JsonSchema
  private equal: boolean | undefined
  private oldItems: Map<string, unknown> | undefined

  constructor(value: unknown, old: unknown, schema: JsonSchema) {
    this.value = value
    this.old = old
    this.schema = schema
  }

  get isUnchanged(): boolean {
    this.equal ??= deepEqual(this.value, this.old)
    return this.equal
  }

  /** The same of a field; `undefined`: it was not there before. */
  field(name: string): Correlation | undefined {
    const { value, old } = this
    const schema = childOf(this.schema, name)
    if (!schema || !isObject(value) || !isObject(old)) return undefined
    if (!Object.hasOwn(value, name) || !Object.hasOwn(old, name)) return undefined
    return new Correlation(value[name], old[name], schema)
  }

  /** The same of an item; only those of a map list can be told apart. */
  item(index: number): Correlation | undefined {
    const { items } = this.schema
    const item: unknown = Array.isArray(this.value) ? this.value[index] : undefined
    const old = this.oldOf(item)
    return items && old !== undefined ? new Correlation(item, old, items) : undefined
  }

  /** What an item of a map list was before. */
  oldOf(item: unknown): unknown {
    if (this.schema['x-kubernetes-list-type'] !== 'map' || !isObject(item) || !Array.isArray(this.old)) return undefined
    const names = this.schema['x-kubernetes-list-map-keys'] ?? []
    const key = (one: unknown) => canonical(keysOf(isObject(one) ? one : null, names))
    this.oldItems ??= new Map((this.old as unknown[]).map((one) => [key(one), one]))
    return this.oldItems.get(key(item))
  }
}
