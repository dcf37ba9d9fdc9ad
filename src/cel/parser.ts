import type { Expr, MapEntry, StructField } from './ast.ts'
import type { Issue } from './issues.ts'
import { type Token, type TokenType, tokenize } from './lexer.ts'
import { parseBytes, parseDouble, parseInt64, parseString, parseUint64 } from './literals.ts'
import { isProblem, type Macro } from './macros.ts'
import type { Value } from './values.ts'

const CODE_POINTS_MAX = 100_000
const DEPTH_MAX = 250

const RESERVED = new Set(
  'as break const continue else false for function if import in let loop package namespace null return true var void while'.split(
    ' ',
  ),
)

const LITERALS = ['true', 'false', 'null'].map((word) => `'${word}'`)
const TOKEN_KINDS = ['NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER']

/** What an expression can start with, and what else can stand there, in the order of upstream's grammar. */
function expectedAtStart(others: readonly string[]): string {
  const symbols = ['[', ']', '{', '}', '(', ')', '.', ',', '-', '!', '?']
  const fitting = symbols.filter((symbol) => STARTS.has(symbol) || others.includes(symbol))
  return [...fitting.map((symbol) => `'${symbol}'`), ...LITERALS, ...TOKEN_KINDS].join(', ')
}

const STARTS = new Set(['[', '{', '(', '.', '-', '!', 'true', 'false', 'null'])
const RELATIONS = new Set(['<', '<=', '>=', '>', '==', '!=', 'in'])

/** Thrown where the parser cannot go on; the issue is told already. */
class Abandoned extends Error {}

/** What an environment says about how expressions are written. */
export interface Syntax {
  readonly macros: readonly Macro[]
  /** Whether fields can be named in backticks. */
  readonly allowsEscapes?: boolean
  /** How deep rules may be nested; 250 where nothing is said. */
  readonly maxDepth?: number
}

/** The syntax tree of an expression. Without a tree there is at least one issue. */
export function parse(source: string, syntax: Syntax): { expr?: Expr; issues: Issue[] } {
  const issues: Issue[] = []
  const size = [...source].length
  if (size > CODE_POINTS_MAX) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${CODE_POINTS_MAX}`
    return { issues: [{ message, offset: -1 }] }
  }
  try {
    const expr = new Parser(tokenize(source, issues), syntax, issues).start()
    return issues.length ? { issues } : { expr, issues }
  } catch (error) {
    if (error instanceof Abandoned) return { issues }
    throw error
  }
}

class Parser {
  private readonly tokens: Token[]
  private readonly macros: readonly Macro[]
  private readonly issues: Issue[]
  private readonly allowsEscapes: boolean
  private readonly maxDepth: number
  private at = 0
  /** How many expressions are open. */
  private openCount = 0
  /** How deep a part goes down, counted as upstream does: by operators with two sides, calls on something, and selections. */
  private readonly depths = new WeakMap<Expr, number>()

  constructor(tokens: Token[], { macros, allowsEscapes = false, maxDepth = DEPTH_MAX }: Syntax, issues: Issue[]) {
    this.tokens = tokens
    this.macros = macros
    this.allowsEscapes = allowsEscapes
    this.maxDepth = maxDepth
    this.issues = issues
  }

  start(): Expr {
    const expr = this.expression()
    if (this.token.type !== 'end') {
      const isLast = this.tokens[this.at + 1]?.type === 'end'
      this.report(`${isLast ? 'extraneous' : 'mismatched'} input '${this.token.text}' expecting <EOF>`)
    }
    return expr
  }

  private get token(): Token {
    return this.tokens[this.at] as Token
  }

  private next(): Token {
    const token = this.token
    if (token.type !== 'end') this.at++
    return token
  }

  private is(...symbols: string[]): boolean {
    return this.token.type === 'symbol' && symbols.includes(this.token.text)
  }

  private accept(symbol: string): Token | undefined {
    return this.is(symbol) ? this.next() : undefined
  }

  private report(message: string, offset = this.token.offset): void {
    this.issues.push({ message: `Syntax error: ${message}`, offset })
  }

  private abandon(message: string, offset?: number): never {
    this.report(message, offset)
    throw new Abandoned(message)
  }

  /** Takes a symbol that has to be there, passing over one token too many, or doing without it. */
  private expect(symbol: string, orElse?: string): Token {
    if (this.is(symbol)) return this.next()
    const { text } = this.token
    const wanted = orElse ? `{'${symbol}', '${orElse}'}` : `'${symbol}'`
    const following = this.tokens[this.at + 1]
    if (following?.type === 'symbol' && following.text === symbol) {
      this.report(`extraneous input '${text}' expecting ${wanted}`)
      this.at++
      return this.next()
    }
    if (orElse || !this.mayFollow(symbol)) this.abandon(`mismatched input '${text}' expecting ${wanted}`)
    this.report(`missing '${symbol}' at '${text}'`)
    return this.token
  }

  /** Whether the present token makes sense behind a symbol that is missing. */
  private mayFollow(symbol: string): boolean {
    return symbol === ':' ? this.startsExpression(this.token) : !this.startsExpression(this.token)
  }

  private startsExpression({ type, text }: Token): boolean {
    return type === 'symbol' ? STARTS.has(text) : type !== 'end' && type !== 'escaped'
  }

  /** Notes how deep a new part goes down. */
  private measured(expr: Expr, parts: readonly Expr[], counts: boolean): Expr {
    const depth = Math.max(0, ...parts.map((part) => this.depths.get(part) ?? 0)) + Number(counts)
    if (depth > this.maxDepth) this.tooDeep('max recursion depth exceeded')
    if (depth > 0) this.depths.set(expr, depth)
    return expr
  }

  private tooDeep(message: string): never {
    this.issues.push({ message, offset: -1 })
    throw new Abandoned(message)
  }

  private expression(): Expr {
    if (++this.openCount > this.maxDepth) this.tooDeep(`expression recursion limit exceeded: ${this.maxDepth}`)
    const expr = this.choice()
    this.openCount--
    return expr
  }

  private choice(): Expr {
    const condition = this.logic('||', () => this.logic('&&', () => this.relation()))
    const question = this.accept('?')
    if (!question) return condition
    const then = this.logic('||', () => this.logic('&&', () => this.relation()))
    this.expect(':')
    return this.call(question.offset, '_?_:_', [condition, then, this.expression()])
  }

  /** A row of `&&` or `||`, as a balanced tree: long rows stay shallow. */
  private logic(symbol: '&&' | '||', operand: () => Expr): Expr {
    const terms = [operand()]
    const offsets: number[] = []
    for (let token = this.accept(symbol); token; token = this.accept(symbol)) {
      offsets.push(token.offset)
      terms.push(operand())
    }
    const balance = (low: number, high: number): Expr => {
      const middle = Math.floor((low + high + 1) / 2)
      const left = middle === low ? (terms[middle] as Expr) : balance(low, middle - 1)
      const right = middle === high ? (terms[middle + 1] as Expr) : balance(middle + 1, high)
      return this.call(offsets[middle] as number, `_${symbol}_`, [left, right])
    }
    return offsets.length ? balance(0, offsets.length - 1) : (terms[0] as Expr)
  }

  private relation(): Expr {
    let left = this.calc()
    while (this.token.type === 'symbol' && RELATIONS.has(this.token.text)) {
      const { text, offset } = this.next()
      left = this.call(offset, text === 'in' ? '@in' : `_${text}_`, [left, this.calc()])
    }
    return left
  }

  private calc(): Expr {
    let left = this.term()
    while (this.is('+', '-')) {
      const { text, offset } = this.next()
      left = this.call(offset, `_${text}_`, [left, this.term()])
    }
    return left
  }

  private term(): Expr {
    let left = this.unary()
    while (this.is('*', '/', '%')) {
      const { text, offset } = this.next()
      left = this.call(offset, `_${text}_`, [left, this.unary()])
    }
    return left
  }

  private unary(): Expr {
    const symbol = this.is('!') ? '!' : '-'
    const { offset } = this.token
    let count = 0
    while (this.is(symbol) && !this.isNegativeNumber(count)) {
      this.next()
      count++
    }
    const operand = this.member()
    return count % 2 === 0 ? operand : this.call(offset, symbol === '!' ? '!_' : '-_', [operand])
  }

  /** A single minus before a number is part of the number. */
  private isNegativeNumber(minuses: number): boolean {
    const following = this.tokens[this.at + 1]
    return this.is('-') && minuses === 0 && (following?.type === 'int' || following?.type === 'float')
  }

  private member(): Expr {
    let expr = this.primary()
    for (;;) {
      if (this.is('.')) expr = this.selection(expr)
      else if (this.is('[')) expr = this.index(expr)
      else return expr
    }
  }

  private selection(operand: Expr): Expr {
    const { offset } = this.next()
    const isOptional = this.accept('?') !== undefined
    const { type, text, offset: nameOffset } = this.token
    if (type !== 'ident' && type !== 'escaped') {
      if (/^(true|false|null)$/.test(text)) this.abandon(`mismatched input '${text}' expecting IDENTIFIER`)
      this.abandon(`no viable alternative at input '.${type === 'end' ? '' : text}'`)
    }
    const name = this.fieldName(this.next())
    if (isOptional) {
      return this.call(offset, '_?._', [operand, { kind: 'literal', offset: nameOffset, value: name }])
    }
    const open = this.accept('(')
    if (open) return this.call(open.offset, name, this.callArguments(), operand)
    return this.measured({ kind: 'select', offset, operand, field: name, isTest: false }, [operand], true)
  }

  /** The name of a field; one in backticks where that is allowed. */
  private fieldName({ type, text, offset }: Token): string {
    if (type !== 'escaped') return text
    if (!this.allowsEscapes) this.issues.push({ message: "unsupported syntax: '`'", offset })
    return text.slice(1, -1)
  }

  private index(operand: Expr): Expr {
    const { offset } = this.next()
    const isOptional = this.accept('?') !== undefined
    const index = this.expression()
    this.expect(']')
    return this.call(offset, isOptional ? '_[?_]' : '_[_]', [operand, index])
  }

  private callArguments(): Expr[] {
    if (!this.is(')')) this.requireStart(')')
    if (this.accept(')')) return []
    const args = [this.expression()]
    while (this.accept(',')) args.push(this.expression())
    this.expect(')')
    return args
  }

  /** A call, or what a macro makes of it. */
  private call(offset: number, name: string, args: Expr[], target?: Expr): Expr {
    const isReceiver = target !== undefined
    const fits = (macro: Macro) =>
      macro.name === name &&
      macro.isReceiver === isReceiver &&
      (macro.argCount === 'any' || macro.argCount === args.length)
    const macro = this.macros.find((each) => fits(each) && each.argCount !== 'any') ?? this.macros.find(fits)
    const expanded = macro?.expand({ offset, target, args })
    if (isProblem(expanded)) {
      this.issues.push({ message: expanded.problem, offset: expanded.offset })
      return { kind: 'literal', offset, value: null }
    }
    const expr = expanded ?? { kind: 'call', offset, function: name, args, ...(target && { target }) }
    const counts = isReceiver || /^(@in$|_(?!&&|\|\|))/.test(name)
    return this.measured(expr, target ? [target, ...args] : args, counts)
  }

  /** Tells of a token that starts no expression, where `others` could stand too; one that is too much is passed over. */
  private requireStart(...others: readonly string[]): void {
    if (this.startsExpression(this.token)) return
    const expected = expectedAtStart(others)
    const { type, text } = this.token
    const following = this.tokens[this.at + 1]
    if (type !== 'end' && following && (this.startsExpression(following) || others.includes(following.text))) {
      this.report(`extraneous input '${text}' expecting {${expected}}`)
      this.at++
      return
    }
    this.report(`mismatched input '${text}' expecting {${expected}}`)
    // Upstream tries once more behind what is no bracket.
    if (following?.type === 'end' && !/^[)\]},:]$/.test(text)) {
      this.report(`mismatched input '<EOF>' expecting {${expected}}`, following.offset)
    }
    throw new Abandoned(text)
  }

  private primary(): Expr {
    this.requireStart()
    const { type, text, offset } = this.token
    if (type !== 'symbol') return type === 'ident' ? this.named() : this.literal('')
    switch (text) {
      case '(': {
        this.next()
        const inner = this.expression()
        this.expect(')')
        return inner
      }
      case '[':
        return this.list()
      case '{':
        return this.map()
      case '.':
        return this.named()
      case '-':
        this.next()
        return this.literal('-')
      default:
        this.next()
        return { kind: 'literal', offset, value: text === 'null' ? null : text === 'true' }
    }
  }

  private literal(sign: '' | '-'): Expr {
    if (this.token.type !== 'int' && this.token.type !== 'float' && sign) this.requireStart()
    const { type, text, offset: tokenOffset } = this.next()
    const offset = sign ? tokenOffset - 1 : tokenOffset
    const value = readLiteral(type, sign + text)
    if ('value' in value) return { kind: 'literal', offset, value: value.value }
    this.issues.push({ message: value.problem, offset })
    return { kind: 'literal', offset, value: null }
  }

  /** What starts with a name: a variable, a call, or an object of a type. */
  private named(): Expr {
    const { offset: start } = this.token
    const dot = this.accept('.') ? '.' : ''
    const { type, text: written } = this.token
    if (type !== 'ident') this.abandon(`no viable alternative at input '.${type === 'end' ? '' : written}'`)
    const parts = this.structName()
    if (parts) return this.struct(dot + parts.join('.'))
    const { text, offset } = this.next()
    if (RESERVED.has(text)) {
      this.issues.push({ message: `reserved identifier: ${text}`, offset: start })
      return { kind: 'literal', offset, value: null }
    }
    const open = this.accept('(')
    if (open) return this.call(open.offset, dot + text, this.callArguments())
    return { kind: 'ident', offset, name: dot + text }
  }

  /** The parts of `a.b.C` where a brace follows; nothing, and nothing taken, otherwise. */
  private structName(): string[] | undefined {
    const parts: string[] = []
    for (let at = this.at; this.tokens[at]?.type === 'ident'; at += 2) {
      parts.push((this.tokens[at] as Token).text)
      const { type, text } = this.tokens[at + 1] as Token
      if (type === 'symbol' && text === '{') {
        this.at = at + 1
        return parts
      }
      if (type !== 'symbol' || text !== '.') return undefined
    }
    return undefined
  }

  private list(): Expr {
    const { offset } = this.next()
    const elements: Expr[] = []
    const optional = new Set<number>()
    if (!this.is(']', ',', '?')) this.requireStart(']', ',', '?')
    while (!this.is(']', ',')) {
      if (this.accept('?')) optional.add(elements.length)
      elements.push(this.expression())
      if (!this.accept(',')) {
        this.expect(']', ',')
        return this.measured({ kind: 'list', offset, elements, optional }, elements, false)
      }
    }
    if (elements.length === 0) this.accept(',')
    this.expect(']')
    return this.measured({ kind: 'list', offset, elements, optional }, elements, false)
  }

  private map(): Expr {
    const { offset } = this.next()
    const entries: MapEntry[] = []
    if (!this.is('}', ',', '?')) this.requireStart('}', ',', '?')
    this.entries(() => {
      const isOptional = this.accept('?') !== undefined
      const key = this.expression()
      const colon = this.expect(':')
      entries.push({ offset: colon.offset, key, value: this.expression(), isOptional })
      return entries.length
    })
    const parts = entries.flatMap(({ key, value }) => [key, value])
    return this.measured({ kind: 'map', offset, entries }, parts, false)
  }

  private struct(typeName: string): Expr {
    const { offset } = this.next()
    const fields: StructField[] = []
    this.entries(() => {
      const isOptional = this.accept('?') !== undefined
      const { type, text } = this.token
      if (type !== 'ident' && type !== 'escaped') {
        this.abandon(`mismatched input '${text}' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}`)
      }
      const name = this.fieldName(this.next())
      const colon = this.expect(':')
      fields.push({ offset: colon.offset, name, value: this.expression(), isOptional })
      return fields.length
    })
    return this.measured(
      { kind: 'struct', offset, typeName, fields },
      fields.map(({ value }) => value),
      false,
    )
  }

  /** Entries up to the closing brace; `one` takes one and says how many there are. */
  private entries(one: () => number): void {
    let count = 0
    while (!this.is('}', ',')) {
      count = one()
      if (!this.accept(',')) {
        this.expect('}', ',')
        return
      }
    }
    if (count === 0) this.accept(',')
    this.expect('}')
  }
}

type Read = { value: Value } | { problem: string }

function readLiteral(type: TokenType, text: string): Read {
  const orProblem = (value: Value | undefined, kind: string): Read =>
    value === undefined ? { problem: `invalid ${kind} literal` } : { value }
  switch (type) {
    case 'int':
      return orProblem(parseInt64(text), 'int')
    case 'uint':
      return orProblem(parseUint64(text), 'uint')
    case 'float':
      return orProblem(parseDouble(text), 'double')
    case 'string':
      return parseString(text)
    default:
      return parseBytes(text)
  }
}
