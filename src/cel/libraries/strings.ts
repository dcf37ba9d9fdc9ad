import { fn, free, type Library, member } from '../declarations.ts'
import { codePoints, sizeOf } from '../strings.ts'
import { CelError, type List, toArray, type Value } from '../values.ts'
import { formatText } from './strings-format.ts'
import { validateFormats } from './validate-format.ts'

type Whole = number | bigint

const outOfRange = (index: Whole) => new CelError(`index out of range: ${index}`)

function charAt(text: string, index: Whole): Value {
  const points = codePoints(text)
  if (index < 0 || index > points.length) return outOfRange(index)
  return points[Number(index)] ?? ''
}

/** Where a part starts in a text, looking from `offset` on; counted in code points. */
function indexOf(text: string, part: string, offset: Whole = 0): Value {
  if (part === '') return offset
  if (offset < 0) return outOfRange(offset)
  const start = unitOffset(text, Number(offset))
  const found = start === undefined ? -1 : text.indexOf(part, start)
  return found < 0 ? -1 : sizeOf(text.slice(0, found))
}

/** Where a part starts last in a text, looking back from `offset`. */
function lastIndexOf(text: string, part: string, offset?: Whole): Value {
  const size = sizeOf(text)
  if (part === '') return offset ?? size
  if (offset === undefined && size < sizeOf(part)) return -1
  const from = offset ?? size - 1
  if (from < 0) return outOfRange(from)
  const start = unitOffset(text, Number(from))
  const found = start === undefined ? -1 : text.lastIndexOf(part, start)
  return found < 0 ? -1 : sizeOf(text.slice(0, found))
}

/** The index of a code point among the code units; nothing when it lies behind the text. */
function unitOffset(text: string, points: number): number | undefined {
  const all = codePoints(text)
  if (points >= all.length) return undefined
  return all.length === text.length ? points : all.slice(0, points).join('').length
}

function substring(text: string, start: Whole, end?: Whole): Value {
  const points = codePoints(text)
  if (end !== undefined && start > end) {
    return new CelError(`invalid substring range. start: ${start}, end: ${end}`)
  }
  if (start < 0 || start > points.length) return outOfRange(start)
  if (end !== undefined && (end < 0 || end > points.length)) return outOfRange(end)
  return points.slice(Number(start), end === undefined ? undefined : Number(end)).join('')
}

/** Replaces up to `limit` places; all of them when it is negative. An empty part is found before each character and last. */
function replace(text: string, part: string, by: string, limit: Whole = -1): string {
  if (limit < 0) return part === '' ? replaceEmpty(text, by, Number.POSITIVE_INFINITY) : text.replaceAll(part, () => by)
  if (part === '') return replaceEmpty(text, by, Number(limit))
  const pieces: string[] = []
  let at = 0
  for (let count = 0; count < limit; count++) {
    const found = text.indexOf(part, at)
    if (found < 0) break
    pieces.push(text.slice(at, found))
    at = found + part.length
  }
  return [...pieces, text.slice(at)].join(by)
}

function replaceEmpty(text: string, by: string, limit: number): string {
  const points = codePoints(text)
  const pieces = points.map((point, i) => (i < limit ? by + point : point))
  return pieces.join('') + (points.length < limit ? by : '')
}

/** Splits into up to `limit` parts, the last being the rest; into all when it is negative. */
function split(text: string, separator: string, limit: Whole = -1): Value {
  if (limit === 0) return []
  const parts = separator === '' ? [...codePoints(text)] : text.split(separator)
  if (limit < 0 || parts.length <= limit) return parts
  const kept = parts.slice(0, Number(limit) - 1)
  return [...kept, parts.slice(kept.length).join(separator)]
}

function join(list: readonly unknown[] | List, separator = ''): Value {
  const items = toArray(list)
  const wrong = items.find((item) => typeof item !== 'string')
  return wrong === undefined ? items.join(separator) : new CelError(`join: invalid input: ${String(wrong)}`)
}

const QUOTED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
}

const quote = (text: string) =>
  `"${text.replaceAll(/[\x07\b\f\n\r\t\v\\"]/g, (character) => QUOTED[character] ?? character).toWellFormed()}"`

/** The white space that Go knows. */
const SPACE = '[\\t\\n\\v\\f\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+'
const LEADING = new RegExp(`^${SPACE}`)
const TRAILING_SPACE = new RegExp(SPACE.slice(0, -1))

function trim(text: string): string {
  let end = text.length
  while (end > 0 && TRAILING_SPACE.test(text[end - 1] as string)) end--
  return text.slice(0, end).replace(LEADING, '')
}

/** The extension for texts, in the version that Kubernetes has. */
export const STRINGS: Library = {
  functions: [
    fn('charAt', member('string_char_at_int', 'string, int -> string', charAt)),
    fn(
      'indexOf',
      member('string_index_of_string', 'string, string -> int', indexOf),
      member('string_index_of_string_int', 'string, string, int -> int', indexOf),
    ),
    fn(
      'lastIndexOf',
      member('string_last_index_of_string', 'string, string -> int', lastIndexOf),
      member('string_last_index_of_string_int', 'string, string, int -> int', lastIndexOf),
    ),
    fn(
      'lowerAscii',
      member('string_lower_ascii', 'string -> string', (text: string) =>
        text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()),
      ),
    ),
    fn(
      'replace',
      member('string_replace_string_string', 'string, string, string -> string', replace),
      member('string_replace_string_string_int', 'string, string, string, int -> string', replace),
    ),
    fn(
      'split',
      member('string_split_string', 'string, string -> list(string)', split),
      member('string_split_string_int', 'string, string, int -> list(string)', split),
    ),
    fn(
      'substring',
      member('string_substring_int', 'string, int -> string', substring),
      member('string_substring_int_int', 'string, int, int -> string', substring),
    ),
    fn('trim', member('string_trim', 'string -> string', trim)),
    fn(
      'upperAscii',
      member('string_upper_ascii', 'string -> string', (text: string) =>
        text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase()),
      ),
    ),
    fn('format', member('string_format', 'string, list(dyn) -> string', formatText)),
    fn('strings.quote', free('strings_quote', 'string -> string', quote)),
    fn(
      'join',
      member('list_join', 'list(string) -> string', (list: readonly unknown[]) => join(list)),
      member('list_join_string', 'list(string), string -> string', join),
    ),
  ],
  validate: validateFormats,
}

/** `reverse` for texts, which Kubernetes does not have. */
export const STRING_REVERSE: Library = {
  functions: [
    fn(
      'reverse',
      member('string_reverse', 'string -> string', (text: string) => [...codePoints(text)].reverse().join('')),
    ),
  ],
}
