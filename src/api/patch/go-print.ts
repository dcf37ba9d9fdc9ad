import { isMap } from './place.ts'

/** A JSON value as Go's `%v` prints it (`map[a:1 b:[x y]]`), or, quoted, as `%#v` does. */
export function printGo(value: unknown, isQuoted = false): string {
  if (value === null || value === undefined) return isQuoted ? 'interface {}(nil)' : '<nil>'
  if (typeof value === 'string') return isQuoted ? JSON.stringify(value) : value
  if (Array.isArray(value)) return printList(value, isQuoted)
  if (!isMap(value)) return String(value)
  const fields = Object.keys(value)
    .sort()
    .map((key) => `${isQuoted ? JSON.stringify(key) : key}:${printGo(value[key], isQuoted)}`)
  return isQuoted ? `map[string]interface {}{${fields.join(', ')}}` : `map[${fields.join(' ')}]`
}

function printList(list: readonly unknown[], isQuoted: boolean): string {
  const items = list.map((item) => printGo(item, isQuoted))
  return isQuoted ? `[]interface {}{${items.join(', ')}}` : `[${items.join(' ')}]`
}
