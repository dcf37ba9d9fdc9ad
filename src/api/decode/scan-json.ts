/** What reading JSON the way Go does brings to light, and JSON.parse does not say. */
export interface Scan {
  /** The message of Go's encoding/json; absent when the text is right. */
  error?: string
  /** Paths of keys that stand twice in one object, `spec.containers[0].image`, in order of appearance. */
  duplicates: string[]
}

/** Reads JSON only for what is wrong with it. Slow: for texts that are known to be odd. */
export function scanJson(text: string): Scan {
  const duplicates: string[] = []
  const scanner: Scanner = { text, at: 0, duplicates }
  const error = scanValue(scanner, '') ?? scanEnd(scanner)
  return { ...(error && { error }), duplicates: [...new Set(duplicates)] }
}

/** Whether an object in the text has a key twice: `value` is what JSON.parse made of it, and every key has one colon. */
export function hasDuplicateKeys(text: string, value: unknown): boolean {
  return countColons(text) !== countKeys(value)
}

function countColons(text: string): number {
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x3a) count++
    else if (code === 0x22) i = endOfString(text, i)
  }
  return count
}

/** The index of the quote that closes the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x5c) i++
    else if (code === 0x22) return i
  }
  return text.length
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) count += countKeys(item)
    return count
  }
  for (const key in value) count += 1 + countKeys((value as Record<string, unknown>)[key])
  return count
}

interface Scanner {
  readonly text: string
  at: number
  readonly duplicates: string[]
}

/** Each `scan…` moves past what it reads, or returns what is wrong. */
type Wrong = string | undefined

const SPACE = /[ \t\r\n]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

function skipSpace(scanner: Scanner) {
  SPACE.lastIndex = scanner.at
  SPACE.exec(scanner.text)
  scanner.at = SPACE.lastIndex
}

function unexpected({ text, at }: Scanner, where: string): string {
  const char = text[at]
  if (char === undefined) return 'unexpected end of JSON input'
  const shown = char === "'" ? "'\\''" : char === '"' ? `'"'` : `'${JSON.stringify(char).slice(1, -1)}'`
  return `invalid character ${shown} ${where}`
}

function scanEnd(scanner: Scanner): Wrong {
  skipSpace(scanner)
  return scanner.at < scanner.text.length ? unexpected(scanner, 'after top-level value') : undefined
}

function scanValue(scanner: Scanner, path: string): Wrong {
  skipSpace(scanner)
  switch (scanner.text[scanner.at]) {
    case '{':
      return scanObject(scanner, path)
    case '[':
      return scanArray(scanner, path)
    case '"':
      return scanString(scanner)
    case 't':
      return scanWord(scanner, 'true')
    case 'f':
      return scanWord(scanner, 'false')
    case 'n':
      return scanWord(scanner, 'null')
    default:
      return scanNumber(scanner)
  }
}

function scanObject(scanner: Scanner, path: string): Wrong {
  const seen = new Set<string>()
  scanner.at++
  skipSpace(scanner)
  if (scanner.text[scanner.at] === '}') {
    scanner.at++
    return undefined
  }
  for (;;) {
    skipSpace(scanner)
    if (scanner.text[scanner.at] !== '"') return unexpected(scanner, 'looking for beginning of object key string')
    const start = scanner.at
    const wrongKey = scanString(scanner)
    if (wrongKey) return wrongKey
    const key = JSON.parse(scanner.text.slice(start, scanner.at)) as string
    const keyPath = path ? `${path}.${key}` : key
    if (seen.has(key)) scanner.duplicates.push(keyPath)
    seen.add(key)
    skipSpace(scanner)
    if (scanner.text[scanner.at] !== ':') return unexpected(scanner, 'after object key')
    scanner.at++
    const wrong = scanValue(scanner, keyPath)
    if (wrong) return wrong
    skipSpace(scanner)
    const next = scanner.text[scanner.at]
    if (next !== ',' && next !== '}') return unexpected(scanner, 'after object key:value pair')
    scanner.at++
    if (next === '}') return undefined
  }
}

function scanArray(scanner: Scanner, path: string): Wrong {
  scanner.at++
  skipSpace(scanner)
  if (scanner.text[scanner.at] === ']') {
    scanner.at++
    return undefined
  }
  for (let index = 0; ; index++) {
    const wrong = scanValue(scanner, `${path}[${index}]`)
    if (wrong) return wrong
    skipSpace(scanner)
    const next = scanner.text[scanner.at]
    if (next !== ',' && next !== ']') return unexpected(scanner, 'after array element')
    scanner.at++
    if (next === ']') return undefined
  }
}

function scanString(scanner: Scanner): Wrong {
  const { text } = scanner
  for (scanner.at++; scanner.at < text.length; scanner.at++) {
    const code = text.charCodeAt(scanner.at)
    if (code < 0x20) return unexpected(scanner, 'in string literal')
    if (code === 0x22) {
      scanner.at++
      return undefined
    }
    if (code === 0x5c) {
      scanner.at++
      if (!'"\\/bfnrtu'.includes(text[scanner.at] ?? ' ')) return unexpected(scanner, 'in string escape code')
      if (text[scanner.at] !== 'u') continue
      for (let digit = 0; digit < 4; digit++) {
        scanner.at++
        if (!/[0-9a-fA-F]/.test(text[scanner.at] ?? ''))
          return unexpected(scanner, 'in \\u hexadecimal character escape')
      }
    }
  }
  return unexpected(scanner, 'in string literal')
}

function scanWord(scanner: Scanner, word: string): Wrong {
  for (const char of word) {
    if (scanner.text[scanner.at] !== char) return unexpected(scanner, `in literal ${word} (expecting '${char}')`)
    scanner.at++
  }
  return undefined
}

function scanNumber(scanner: Scanner): Wrong {
  NUMBER.lastIndex = scanner.at
  if (!NUMBER.test(scanner.text)) {
    if (scanner.text[scanner.at] !== '-') return unexpected(scanner, 'looking for beginning of value')
    scanner.at++
    return unexpected(scanner, 'in numeric literal')
  }
  scanner.at = NUMBER.lastIndex
  return undefined
}
