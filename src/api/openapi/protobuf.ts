/** A message of protocol buffers in its wire form. */
export type Message = Buffer

const LENGTH_DELIMITED = 2

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80)
  return Buffer.from([...bytes, rest])
}

function delimited(field: number, payload: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + LENGTH_DELIMITED), varint(payload.length), payload])
}

/** Fields one after another; those that are `undefined` are left out. */
export function message(...fields: readonly (Buffer | readonly Buffer[] | undefined)[]): Message {
  return Buffer.concat(fields.flatMap((field) => field ?? []))
}

/** A string field; '' and `undefined` are the same as absent. */
export function stringField(field: number, value: string | undefined): Buffer | undefined {
  return value ? delimited(field, Buffer.from(value)) : undefined
}

/** A repeated string field. */
export function stringFields(field: number, values: readonly string[] | undefined): Buffer[] {
  return (values ?? []).map((value) => delimited(field, Buffer.from(value)))
}

/** A bool field; `false` is the same as absent. */
export function boolField(field: number, value: boolean | undefined): Buffer | undefined {
  return value ? Buffer.concat([varint(field * 8), varint(1)]) : undefined
}

/** A field that holds a message. */
export function messageField(field: number, value: Message | undefined): Buffer | undefined {
  return value && delimited(field, value)
}

/** A repeated field that holds messages. */
export function messageFields(field: number, values: readonly Message[]): Buffer[] {
  return values.map((value) => delimited(field, value))
}
