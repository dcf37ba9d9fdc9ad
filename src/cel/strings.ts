/** Texts counted and compared as CEL does: by code points. */

const SURROGATE = /[\ud800-\udfff]/

/** How many code points a text has. */
export function sizeOf(text: string): number {
  if (!SURROGATE.test(text)) return text.length
  let size = 0
  for (const _ of text) size++
  return size
}

/** The code points of a text. */
export const codePoints = (text: string): readonly string[] => (SURROGATE.test(text) ? [...text] : text.split(''))

/** Code units in the order of the code points that they stand for: surrogates come last. */
const rank = (unit: number) => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800)

/** Negative, zero or positive, as `a` comes before, equals or comes after `b` in UTF-8. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** A text as Go's `%q` shows it. */
export function goQuote(text: string): string {
  const body = [...text].map((character) => {
    const code = character.codePointAt(0) as number
    if (character === '"' || character === '\\') return `\\${character}`
    const short = GO_ESCAPES[character]
    if (short) return short
    return code < 0x20 || code === 0x7f ? `\\x${code.toString(16).padStart(2, '0')}` : character
  })
  return `"${body.join('')}"`
}

const GO_ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}
