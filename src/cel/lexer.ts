import type { Issue } from './issues.ts'

export type TokenType = 'int' | 'uint' | 'float' | 'string' | 'bytes' | 'ident' | 'escaped' | 'symbol' | 'end'

export interface Token {
  type: TokenType
  text: string
  offset: number
}

const ESCAPE = String.raw`\\(?:[abfnrtv"'\\?${'`'}]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})`
const STRING = [
  `"""(?:${ESCAPE}|[^\\\\])*?"""`,
  `'''(?:${ESCAPE}|[^\\\\])*?'''`,
  `"(?:${ESCAPE}|[^\\\\"\\n\\r])*"`,
  `'(?:${ESCAPE}|[^\\\\'\\n\\r])*'`,
  `[rR]"""[^]*?"""`,
  `[rR]'''[^]*?'''`,
  `[rR]"[^"\\n\\r]*"`,
  `[rR]'[^'\\n\\r]*'`,
].join('|')

/** In order of precedence; of the numbers the longest comes first. */
const RULES: readonly (readonly [TokenType | 'skip', RegExp])[] = [
  ['skip', /[\t \r\n\f]+|\/\/[^\n]*/y],
  ['float', /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y],
  ['uint', /(?:0x[0-9a-fA-F]+|\d+)[uU]/y],
  ['int', /0x[0-9a-fA-F]+|\d+/y],
  ['string', new RegExp(STRING, 'y')],
  ['bytes', new RegExp(`[bB](?:${STRING})`, 'y')],
  ['ident', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['escaped', /`[A-Za-z0-9_.\-/ ]+`/y],
  ['symbol', /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/y],
]

const HALF_ESCAPE = String.raw`\\(?:[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-3][0-7]?)?`

/** How far an unfinished token reaches, for the message about it. */
const UNFINISHED = new RegExp(
  `[bB]?(?:"(?:${ESCAPE}|[^\\\\"\\n\\r])*|'(?:${ESCAPE}|[^\\\\'\\n\\r])*)(?:(?:${HALF_ESCAPE})?[^])?|[=&|][^]|[^]`,
  'yu',
)

/** Splits an expression into tokens; the last is `end`. What is no token is told in `issues` and left out. */
export function tokenize(source: string, issues: Issue[]): Token[] {
  const tokens: Token[] = []
  let offset = 0
  while (offset < source.length) {
    const found = matchAt(source, offset)
    if (!found) {
      const text = run(UNFINISHED, source, offset) ?? source[offset] ?? ''
      issues.push({ message: `Syntax error: token recognition error at: '${text}'`, offset })
      offset += text.length
      continue
    }
    const [type, text] = found
    if (type !== 'skip') tokens.push({ type, text, offset })
    offset += text.length
  }
  tokens.push({ type: 'end', text: '<EOF>', offset: source.length })
  return tokens
}

function matchAt(source: string, offset: number): [TokenType | 'skip', string] | undefined {
  for (const [type, pattern] of RULES) {
    const text = run(pattern, source, offset)
    if (text === undefined) continue
    // `r'…'` and `b'…'` come before the identifiers `r` and `b`; keywords are symbols.
    return [type === 'ident' && KEYWORDS.has(text) ? 'symbol' : type, text]
  }
  return undefined
}

const KEYWORDS = new Set(['in', 'true', 'false', 'null'])

function run(pattern: RegExp, source: string, offset: number): string | undefined {
  pattern.lastIndex = offset
  return pattern.exec(source)?.[0]
}
