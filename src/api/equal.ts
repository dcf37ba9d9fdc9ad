type Json = { [key: string]: unknown }

/** Whether two JSON values are equal; a key that holds `undefined` counts as absent. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const isArray = Array.isArray(a)
  if (isArray !== Array.isArray(b)) return false
  return isArray ? equalArrays(a, b as unknown[]) : equalObjects(a as Json, b as Json)
}

function equalArrays(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!deepEqual(a[i], b[i])) return false
  return true
}

function equalObjects(a: Json, b: Json): boolean {
  for (const key in a) if (!deepEqual(a[key], own(b, key))) return false
  // What both have is equal, so only what `b` alone has is left to find.
  for (const key in b) if (own(a, key) === undefined && b[key] !== undefined) return false
  return true
}

const own = (object: Json, key: string) => (Object.hasOwn(object, key) ? object[key] : undefined)

/** A deep copy of a JSON value. */
export function clone<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(clone) as T
  const copy: Json = {}
  for (const key in value) setOwn(copy, key, clone(value[key]))
  return copy as T
}

/** Assignment that treats `__proto__` as the plain key it is in JSON. */
export function setOwn(object: Json, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  else object[key] = value
}
