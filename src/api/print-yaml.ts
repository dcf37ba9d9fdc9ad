/** Where lines of running text are broken, at the next space. */
const LINE_WIDTH = 80
const INDENT = 2

/** Writes a JSON value as YAML, byte for byte as Kubernetes does: keys in natural order, lists not indented, long texts folded. */
export function printYaml(value: unknown): string {
  const lines: string[] = []
  if (isBranch(value)) printBranch(lines, value, 0, '')
  else lines.push(printScalar(value, 0, 0))
  return `${lines.join('\n')}\n`
}

type Branch = readonly unknown[] | Readonly<Record<string, unknown>>

/** A list or an object that is not empty. */
function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

/** `lead` stands before the first line in place of its indent: the dash of the list that this is in. */
function printBranch(lines: string[], branch: Branch, indent: number, lead: string) {
  let start = lead || ' '.repeat(indent)
  const next = () => {
    const own = start
    start = ' '.repeat(indent)
    return own
  }
  if (Array.isArray(branch)) {
    for (const item of branch) printAfter(lines, `${next()}-`, item, indent)
    return
  }
  for (const [key, value] of entriesOf(branch as Record<string, unknown>)) {
    printAfter(lines, `${next()}${printText(key, Number.POSITIVE_INFINITY, 0)}:`, value, indent)
  }
}

/** A value after `- ` or `key: `, on the same line when it fits there. */
function printAfter(lines: string[], before: string, value: unknown, indent: number) {
  const isItem = before.endsWith('-')
  if (!isBranch(value)) {
    lines.push(`${before} ${printScalar(value, indent + INDENT, before.length + 1)}`)
    return
  }
  if (isItem) {
    printBranch(lines, value, indent + INDENT, `${before} `)
    return
  }
  lines.push(before)
  printBranch(lines, value, Array.isArray(value) ? indent : indent + INDENT, '')
}

function entriesOf(object: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => compareKeys(a, b))
}

function printScalar(value: unknown, indent: number, column: number): string {
  if (typeof value === 'string') return printText(value, indent, column)
  if (Array.isArray(value)) return '[]'
  return typeof value === 'object' && value !== null ? '{}' : String(value ?? null)
}

/** `indent` is where lines after the first begin; infinite for a key, which stays on its line. */
function printText(text: string, indent: number, column: number): string {
  const isKey = indent === Number.POSITIVE_INFINITY
  const allows = analyze(text)
  if (text.includes('\n')) return allows.block && !isKey ? printBlock(text, indent) : printDouble(text, indent, column)
  if (looksLikeOther(text)) return printDouble(text, indent, column)
  if (allows.plain && !(isKey && text === '')) return fold(text, indent, column)
  if (allows.single) return `'${fold(text.replaceAll("'", "''"), indent, column + 1)}'`
  return printDouble(text, indent, column)
}

/** A text that would be read as something other than a string: a number, a boolean, null, a time. */
function looksLikeOther(text: string): boolean {
  return OTHER_WORDS.has(text) || NUMBER.test(text.replaceAll('_', '')) || BASE_60.test(text) || TIMESTAMP.test(text)
}

const casings = (word: string) => [word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()]
const OTHER_WORDS = new Set([
  ...['', '~', '.nan', '.NaN', '.NAN'],
  ...['y', 'yes', 'true', 'on', 'n', 'no', 'false', 'off', 'null'].flatMap(casings),
  ...['', '+', '-'].flatMap((sign) => ['.inf', '.Inf', '.INF'].map((word) => sign + word)),
])
const NUMBER = /^[-+]?(?:0x[\da-fA-F]+|0b[01]+|0o[0-7]+|(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?)$/
const BASE_60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/
const TIMESTAMP = /^\d{4}-\d\d?-\d\d?(?:(?:[Tt]| )\d\d?:\d\d?:\d\d?(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)?)?$/

const SPECIAL = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u
const STARTS_SOMETHING_ELSE = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:[\s]|$))/
const MEANS_SOMETHING_WITHIN = /:(?:\s|$)|\s#/

/** Which ways of writing a text are open to it. */
function analyze(text: string): { plain: boolean; single: boolean; block: boolean } {
  if (SPECIAL.test(text) || text.includes(' \n')) return { plain: false, single: false, block: false }
  const isPadded = /^[ \n]|[ \n]$/.test(text)
  return {
    plain: !isPadded && !text.includes('\n') && !STARTS_SOMETHING_ELSE.test(text) && !MEANS_SOMETHING_WITHIN.test(text),
    single: !text.includes('\n '),
    block: !text.endsWith(' '),
  }
}

function printBlock(text: string, indent: number): string {
  const hint = /^[ \n]/.test(text) ? String(INDENT) : ''
  const chomp = text.endsWith('\n') ? (/(?:^|\n)\n$/.test(text) ? '+' : '') : '-'
  const body = text.replace(/\n$/, '').split('\n')
  const margin = ' '.repeat(indent)
  return [`|${hint}${chomp}`, ...body.map((line) => (line === '' ? '' : margin + line))].join('\n')
}

/** Breaks a text that runs past the width at single spaces. `column` is where it begins. */
function fold(text: string, indent: number, column: number): string {
  if (column + text.length <= LINE_WIDTH || indent === Number.POSITIVE_INFINITY) return text
  let result = ''
  let at = column
  for (let i = 0; i < text.length; i++) {
    const isLoneSpace = text[i] === ' ' && text[i - 1] !== ' ' && text[i + 1] !== ' '
    if (isLoneSpace && at > LINE_WIDTH && i > 0 && i < text.length - 1) {
      result += `\n${' '.repeat(indent)}`
      at = indent
      continue
    }
    result += text[i]
    if (!isLowSurrogate(text, i)) at++
  }
  return result
}

/** The second half of a character that takes two. */
function isLowSurrogate(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code >= 0xdc00 && code < 0xe000
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
}

function printDouble(text: string, indent: number, column: number): string {
  let result = '"'
  let at = column + 1
  let afterSpace = false
  const characters = [...text]
  for (const [i, char] of characters.entries()) {
    const mayBreak = char === ' ' && !afterSpace && i > 0 && i < characters.length - 1
    if (mayBreak && at > LINE_WIDTH && indent !== Number.POSITIVE_INFINITY) {
      result += `\n${' '.repeat(indent)}${characters[i + 1] === ' ' ? '\\' : ''}`
      at = indent
    } else {
      const written = escape(char)
      result += written
      at += [...written].length
    }
    afterSpace = char === ' '
  }
  return `${result}"`
}

function escape(char: string): string {
  const known = ESCAPES[char]
  if (known) return known
  if (!SPECIAL.test(char)) return char
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase()
  if (code.length <= 2) return `\\x${code.padStart(2, '0')}`
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`
}

const isLetter = (char: string) => /\p{L}/u.test(char)
const isDigit = (char: string | undefined) => char !== undefined && /\p{Nd}/u.test(char)

/** Natural order: letters as they are, runs of digits by their number, letters after all else. */
function compareKeys(a: string, b: string): number {
  let afterDigit = false
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [left, right] = [a.charAt(i), b.charAt(i)]
    if (left === right) {
      afterDigit = isDigit(left)
      continue
    }
    const letters = [isLetter(left), isLetter(right)]
    if (letters[0] && letters[1]) return left < right ? -1 : 1
    if (letters[0] || letters[1]) return letters[0] === afterDigit ? -1 : 1
    return compareNumbers(a, b, i) || (left < right ? -1 : 1)
  }
  return a.length - b.length
}

/** Compares the numbers that begin at `index`, where the two differ. */
function compareNumbers(a: string, b: string, index: number): number {
  // A zero counts as a digit in the middle of a number, and as nothing at its start.
  let before = index - 1
  while (before >= 0 && a[before] === '0') before--
  const within = (a[index] === '0' || b[index] === '0') && isDigit(a[before]) ? '1' : ''
  const [left, right] = [a, b].map((text) => /^\d*/.exec(text.slice(index))?.[0] ?? '') as [string, string]
  return Number(within + left || 0) - Number(within + right || 0) || left.length - right.length
}
