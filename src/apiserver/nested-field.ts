type Fields = Record<string, unknown>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What stands deep in an object, nothing, or why it is not what it should be, in the words of apimachinery's `unstructured`. */
export function nestedField(
  object: unknown,
  path: readonly string[],
  wanted: 'int64' | 'string',
): { value?: number | string; error?: string } {
  let value = object
  for (const [i, name] of path.entries()) {
    if (!isFields(value)) return mismatch(value, path.slice(0, i + 1), 'map[string]interface{}')
    value = Object.hasOwn(value, name) ? value[name] : undefined
    if (value === undefined) return {}
  }
  if (wanted === 'int64' ? Number.isInteger(value) : typeof value === 'string')
    return { value: value as number | string }
  return mismatch(value, path, wanted)
}

/** Puts a value deep into an object, in place; what is missing on the way is made. */
export function setNestedField(object: object, path: readonly string[], value: unknown): void {
  let at = object as Fields
  for (const name of path.slice(0, -1)) {
    if (!isFields(at[name])) at[name] = {}
    at = at[name] as Fields
  }
  at[path.at(-1) ?? ''] = value
}

function mismatch(value: unknown, path: readonly string[], wanted: string): { error: string } {
  const shown = value === null ? '<nil>' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return { error: `.${path.join('.')} accessor error: ${shown} is of the type ${goType(value)}, expected ${wanted}` }
}

function goType(value: unknown): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  if (typeof value === 'object') return 'map[string]interface {}'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
