/** A type as the package's declaration files write it. */
export type TypeNode =
  | { kind: 'string' | 'number' | 'boolean' | 'any' }
  | { kind: 'array' | 'map'; of: TypeNode }
  | { kind: 'enum'; values: string[] }
  | { kind: 'reference'; name: string }
  /** An object written out in place; its fields are of another type that the package did not name. */
  | { kind: 'inline' }

export interface Field {
  name: string
  description: string
  optional: boolean
  type: TypeNode
}

/** One type of the API: an object with fields, or a name for something else (`fields` is absent then). */
export interface Declaration {
  /** The exported name that holds the whole canonical name, `IoK8sApiCoreV1Pod`. */
  name: string
  /** The name within the file, `IPod`: how the type refers to itself. */
  localName: string
  description: string
  fields?: Field[]
}

/** Reads one declaration file of `kubernetes-models`; `undefined` when it declares no type (an index). */
export function parseDeclaration(text: string): Declaration | undefined {
  const exported = /^export type \{ (\w+) as I(IoK8s\w+)/m.exec(text)
  if (!exported) return undefined
  const [, localName = '', name = ''] = exported
  const start = new RegExp(`^export (?:interface ${localName}\\b[^{]*\\{|type ${localName} =)`, 'm').exec(text)
  if (!start) throw new Error(`no declaration of ${localName}`)
  const description = commentBefore(text, start.index)
  const isObject = start[0].endsWith('{')
  return {
    name,
    localName,
    description,
    ...(isObject && { fields: parseFields(tokenize(text, start.index + start[0].length)) }),
  }
}

const TOKEN = /\/\*\*([\s\S]*?)\*\/|"((?:[^"\\]|\\.)*)"|([A-Za-z_]\w*)|(\S)/g

/** The fields of an interface, after its first brace. */
function parseFields(tokens: Tokens): Field[] {
  const fields: Field[] = []
  let description = ''
  for (let token = tokens.next(); token.text !== '}'; token = tokens.next()) {
    if (token.kind === 'comment') {
      description = plainText(token.text)
      continue
    }
    const optional = tokens.accept('?')
    tokens.expect(':')
    fields.push({ name: token.text, description, optional, type: parseType(tokens) })
    tokens.expect(';')
    description = ''
  }
  return fields
}

function parseType(tokens: Tokens): TypeNode {
  const first = parseTerm(tokens)
  if (first.kind !== 'enum') return first
  while (tokens.accept('|')) {
    const next = parseTerm(tokens)
    if (next.kind !== 'enum') throw new Error('a union of other things than literals')
    first.values.push(...next.values)
  }
  return first
}

function parseTerm(tokens: Tokens): TypeNode {
  const token = tokens.next()
  if (token.kind === 'literal') return { kind: 'enum', values: [token.text] }
  if (token.text === '{') return parseBraces(tokens)
  if (token.text === 'Array') {
    tokens.expect('<')
    const of = parseType(tokens)
    tokens.expect('>')
    return { kind: 'array', of }
  }
  if (token.text === 'string' || token.text === 'number' || token.text === 'boolean') return { kind: token.text }
  if (token.text === 'any' || token.text === 'unknown') return { kind: 'any' }
  return { kind: 'reference', name: token.text }
}

/** `{ [key: string]: T; }` or an object written out, after its first brace. */
function parseBraces(tokens: Tokens): TypeNode {
  if (!tokens.accept('[')) {
    parseFields(tokens)
    return { kind: 'inline' }
  }
  for (const expected of ['key', ':', 'string', ']', ':']) tokens.expect(expected)
  const of = parseType(tokens)
  tokens.expect(';')
  tokens.expect('}')
  return { kind: 'map', of }
}

interface Token {
  kind: 'comment' | 'literal' | 'word' | 'sign'
  text: string
}

interface Tokens {
  next(): Token
  /** Takes the next token when it is this one. */
  accept(text: string): boolean
  expect(text: string): void
}

function tokenize(text: string, offset: number): Tokens {
  const pattern = new RegExp(TOKEN)
  pattern.lastIndex = offset
  const read = (): Token => {
    const match = pattern.exec(text)
    if (!match) throw new Error('the declaration ends too early')
    const [, comment, literal, word, sign] = match
    if (comment !== undefined) return { kind: 'comment', text: comment }
    if (literal !== undefined) return { kind: 'literal', text: JSON.parse(`"${literal}"`) }
    return word === undefined ? { kind: 'sign', text: sign ?? '' } : { kind: 'word', text: word }
  }
  const accept = (wanted: string) => {
    const before = pattern.lastIndex
    if (read().text === wanted) return true
    pattern.lastIndex = before
    return false
  }
  const expect = (wanted: string) => {
    if (!accept(wanted))
      throw new Error(`expected ${wanted} at ${text.slice(pattern.lastIndex, pattern.lastIndex + 40)}`)
  }
  return { next: read, accept, expect }
}

/** The doc comment that ends right before `index`, or ''. */
function commentBefore(text: string, index: number): string {
  const before = text.slice(0, index).trimEnd()
  if (!before.endsWith('*/')) return ''
  return plainText(before.slice(before.lastIndexOf('/**') + 3, -2))
}

/** The text of a doc comment, without its stars and escapes. */
function plainText(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, ''))
  return lines
    .filter((line) => line !== '@deprecated')
    .join('\n')
    .replace(/^\n|\n[ \t]*$/g, '')
    .replaceAll('\\*', '*')
    .replaceAll('*\\/', '*/')
}
