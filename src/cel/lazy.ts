import { CelError, CelMap, type Value } from './values.ts'

/** An object whose fields are evaluated when they are first looked at: the `variables` of policies. */
export class LazyObject extends CelMap {
  override readonly typeName: string
  private readonly fields: Readonly<Record<string, () => Value>>
  private readonly found = new Map<string, Value>()

  constructor(typeName: string, fields: Readonly<Record<string, () => Value>>) {
    super()
    this.typeName = typeName
    this.fields = fields
  }

  get size(): number {
    return Object.keys(this.fields).length
  }

  keys(): Iterable<Value> {
    return Object.keys(this.fields)
  }

  find(key: Value): Value | undefined {
    if (typeof key !== 'string') return new CelError('no such overload')
    const known = this.found.get(key)
    if (known !== undefined) return known
    const evaluate = Object.hasOwn(this.fields, key) ? this.fields[key] : undefined
    const value = evaluate?.()
    if (value !== undefined) this.found.set(key, value)
    return value
  }
}
