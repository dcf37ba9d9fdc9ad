/** What a field holds: a letter for values of one kind, else the name of a message. */
export type FieldType = string

/** A field of a message, as JSON knows it. */
export interface MessageField {
  number: number
  /** '' when JSON shows the fields of the message that it holds in its place. */
  name: string
  shape: 'single' | 'list' | 'map'
  /**
   * `s` string, `i` integer, `b` boolean, `d` number, `B` bytes, `T` Time, `U` MicroTime, `D` Duration, `Q` Quantity,
   * `I` IntOrString, `J` and `R` JSON as bytes, `L…` a list that is a message of its own; or a message's name.
   */
  type: FieldType
  /** Whether a value that says nothing (0, '', false) is kept: where JSON can tell it from none. */
  keepsZero: boolean
}

/** Messages by short name (`core.v1.Pod`), each field as `<number> <name, or .> <type>`; `!` behind those that keep zero. */
export type MessageTable = Readonly<Record<string, readonly string[]>>

/** Fields of messages, read from the table when they are first asked for. */
export type Messages = (name: string) => ReadonlyMap<number, MessageField> | undefined

export function messagesOf(table: MessageTable): Messages {
  const known = new Map<string, ReadonlyMap<number, MessageField>>()
  return (name) => {
    const found = known.get(name)
    if (found || !Object.hasOwn(table, name)) return found
    const fields = new Map((table[name] ?? []).map(parseField).map((field) => [field.number, field]))
    known.set(name, fields)
    return fields
  }
}

function parseField(text: string): MessageField {
  const [number, name = '', code = ''] = text.split(' ')
  const [, mark = '', type = '', keep] = /^([[{]?)(.*?)(!?)$/.exec(code) ?? []
  const shape = mark === '[' ? 'list' : mark === '{' ? 'map' : 'single'
  return { number: Number(number), name: name === '.' ? '' : name, shape, type, keepsZero: keep === '!' }
}

const API = 'io.k8s.api.'
const META = 'io.k8s.apimachinery.pkg.apis.meta.'

/** `core.v1.Pod` of `io.k8s.api.core.v1.Pod`: how the table names types. */
export function messageName(type: string): string {
  if (type.startsWith(META)) return `meta.${type.slice(META.length)}`
  return type.startsWith(API) ? type.slice(API.length) : type
}
