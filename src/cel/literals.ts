import { Double, intOf, type Value, uintOf } from './values.ts'

/** What an integer literal stands for, sign included; nothing when it is out of range. */
export function parseInt64(text: string): number | bigint | undefined {
  const isNegative = text.startsWith('-')
  const size = BigInt(isNegative ? text.slice(1) : text)
  return intOf(isNegative ? -size : size)
}

/** What an unsigned literal, `1u`, stands for; nothing when it is out of range. */
export function parseUint64(text: string): Value | undefined {
  return uintOf(BigInt(text.slice(0, -1)))
}

/** What a floating point literal stands for; nothing when it is too large. */
export function parseDouble(text: string): Double | undefined {
  const value = Number(text)
  return Number.isFinite(value) ? new Double(value) : undefined
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

const ESCAPE = /\\(?:([0-3][0-7][0-7])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g

/** The inside of a string literal without its quotes, and whether escapes in it stand for themselves. */
function unquote(text: string): { body: string; isRaw: boolean } {
  const isRaw = /^[rR]/.test(text)
  const quoted = (isRaw ? text.slice(1) : text).replaceAll(/\r\n?/g, '\n')
  const quotes = /^("""|''')/.test(quoted) && quoted.length >= 6 ? 3 : 1
  return { body: quoted.slice(quotes, -quotes), isRaw }
}

const isCodePoint = (code: number) => code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)

/** What a string literal stands for, or a text that says what is wrong with it. */
export function parseString(text: string): { value: string } | { problem: string } {
  const { body, isRaw } = unquote(text)
  if (isRaw) return { value: body }
  let problem: string | undefined
  const value = body.replaceAll(ESCAPE, (_, octal, hex, short, long, simple: string | undefined) => {
    if (simple !== undefined) return SIMPLE[simple] ?? simple
    const code = octal ? Number.parseInt(octal, 8) : Number.parseInt(hex ?? short ?? long, 16)
    if (isCodePoint(code)) return String.fromCodePoint(code)
    problem = 'invalid unicode code point'
    return ''
  })
  return problem ? { problem } : { value }
}

/** What a bytes literal, `b'…'`, stands for, or a text that says what is wrong with it. */
export function parseBytes(text: string): { value: Uint8Array } | { problem: string } {
  const { body, isRaw } = unquote(text.slice(1))
  if (isRaw) return { value: new TextEncoder().encode(body) }
  const encoder = new TextEncoder()
  const chunks: Uint8Array[] = []
  let last = 0
  for (const match of body.matchAll(ESCAPE)) {
    const [whole, octal, hex, , , simple] = match
    chunks.push(encoder.encode(body.slice(last, match.index)))
    last = match.index + whole.length
    if (octal) chunks.push(Uint8Array.of(Number.parseInt(octal, 8)))
    else if (hex) chunks.push(Uint8Array.of(Number.parseInt(hex, 16)))
    else if (simple !== undefined) chunks.push(encoder.encode(SIMPLE[simple] ?? simple))
    else return { problem: 'unable to unescape string' }
  }
  chunks.push(encoder.encode(body.slice(last)))
  return { value: new Uint8Array(Buffer.concat(chunks)) }
}
