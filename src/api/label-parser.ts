import { badRequest } from './errors.ts'
import { type Operator, parseInteger, type Requirement } from './labels.ts'
import { qualifiedName, validLabelValue } from './names.ts'
import { type Report, report } from './report.ts'

type SymbolKind = ')' | ',' | '!' | '==' | '=' | '>' | '<' | '!=' | '('
type TokenKind = SymbolKind | 'end' | 'identifier' | 'in' | 'notin'

interface Token {
  kind: TokenKind
  text: string
}

/** Reads requirements, in the order given. Throws ApiError 400 in upstream's words. */
export function parseRequirements(text: string): Requirement[] {
  const tokens = new Tokens(scan(text))
  const requirements: Requirement[] = []
  while (tokens.peek().kind !== 'end') {
    const start = tokens.peek()
    if (!startsRequirement(start)) fail(`found '${start.text}', expected: !, identifier, or 'end of string'`)
    requirements.push(inRequirement(() => parseRequirement(tokens)))
    const separator = tokens.next()
    if (separator.kind === 'end') break
    if (separator.kind !== ',') fail(`found '${separator.text}', expected: ',' or 'end of string'`)
    const next = tokens.peek()
    if (!startsRequirement(next)) fail(`found '${next.text}', expected: identifier after ','`)
  }
  return requirements
}

const startsRequirement = ({ kind }: Token) => isIdentifier(kind) || kind === '!'

/** `in` and `notin` are names where no operator can stand. */
const isIdentifier = (kind: TokenKind) => kind === 'identifier' || kind === 'in' || kind === 'notin'

class ParseFailure extends Error {}

function fail(message: string): never {
  throw badRequest(message)
}

/** Errors inside a requirement are told with these words in front. */
function inRequirement<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof ParseFailure) throw badRequest(`unable to parse requirement: ${error.message}`)
    throw error
  }
}

class Tokens {
  readonly #tokens: readonly Token[]
  #at = 0
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }
  peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' }
  }
  next(): Token {
    const token = this.peek()
    this.#at++
    return token
  }
}

function scan(text: string): Token[] {
  const tokens: Token[] = []
  for (const [run] of text.matchAll(/[=!(),<>]+|[^=!(),<>\s]+/g)) {
    if (/^[^=!(),<>]/.test(run)) tokens.push(word(run))
    else tokens.push(...symbols(run))
  }
  return tokens
}

function word(text: string): Token {
  return { kind: text === 'in' || text === 'notin' ? text : 'identifier', text }
}

/** Splits a run of symbols, the longest first: `!=(` is `!=` and `(`. */
function symbols(run: string): Token[] {
  const found = run.match(/==|!=|[^]/g) as SymbolKind[]
  return found.map((kind) => ({ kind, text: kind }))
}

function parseRequirement(tokens: Tokens): Requirement {
  const isNegated = tokens.peek().kind === '!'
  if (isNegated) tokens.next()
  const { kind, text: key } = tokens.next()
  if (!isIdentifier(kind)) throw new ParseFailure(`found '${key}', expected: identifier`)
  const problems = qualifiedName(key)
  if (problems.length) throw new ParseFailure(`<nil>: Invalid value: ${JSON.stringify(key)}: ${problems.join('; ')}`)
  const after = tokens.peek().kind
  if (isNegated) return checked({ key, operator: '!', values: [] })
  if (after === 'end' || after === ',') return checked({ key, operator: 'exists', values: [] })
  const operator = parseOperator(tokens)
  const values = operator === 'in' || operator === 'notin' ? parseValues(tokens) : [parseExactValue(tokens)]
  return checked({ key, operator, values })
}

const OPERATORS: Partial<Record<TokenKind, Operator>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
}

function parseOperator(tokens: Tokens): Operator {
  const { kind, text } = tokens.next()
  const operator = OPERATORS[kind]
  if (operator) return operator
  throw new ParseFailure(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`)
}

/** The values in parentheses, each once and in order; between commas stands the empty one. */
function parseValues(tokens: Tokens): string[] {
  const open = tokens.next()
  if (open.kind !== '(') throw new ParseFailure(`found '${open.text}' expected: '('`)
  const values = new Set<string>()
  let value = ''
  let hasValue = false
  for (;;) {
    const { kind, text } = tokens.next()
    if (isIdentifier(kind) && !hasValue) {
      value = text
      hasValue = true
    } else if (kind === ',' || kind === ')') {
      values.add(value)
      value = ''
      hasValue = false
      if (kind === ')') return [...values].sort()
    } else if (hasValue) throw new ParseFailure(`found '${text}', expected: ',' or ')'`)
    else if (values.size === 0) throw new ParseFailure(`found '${text}', expected: ',', ')' or identifier`)
    else throw new ParseFailure(`found '${text}', expected: ',', or identifier`)
  }
}

function parseExactValue(tokens: Tokens): string {
  const after = tokens.peek().kind
  if (after === 'end' || after === ',') return ''
  const { kind, text } = tokens.next()
  if (isIdentifier(kind)) return text
  throw new ParseFailure(`found '${text}', expected: identifier`)
}

function checked(requirement: Requirement): Requirement {
  const wrong = report()
  checkValues(requirement, wrong)
  const lines = wrong.causes.map(({ field, message }) => `${field}: ${message}`)
  if (lines.length) throw new ParseFailure(lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`)
  return requirement
}

function checkValues({ key, operator, values }: Requirement, wrong: Report): void {
  const isNumeric = operator === 'gt' || operator === 'lt'
  for (const [i, value] of values.entries()) {
    if (isNumeric && parseInteger(value) === undefined) {
      wrong.invalid(`values[${i}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer")
    }
  }
  for (const [i, value] of values.entries()) {
    const problems = validLabelValue(value)
    if (problems.length) wrong.invalid(`values[${i}][${key}]`, value, problems.join('; '))
  }
}
