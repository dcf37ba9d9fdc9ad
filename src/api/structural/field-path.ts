import { valuesOf, type JsonSchema } from './schema.ts'

/** A path as the API writes it into schemas, read: `.spec.labels['a.b']` is spec, labels, a.b. */
export interface FieldPath {
  names: string[]
  /** As messages show it: `spec.labels[a.b]`. */
  text: string
  /** The schema of what stands there. */
  schema: JsonSchema
}

/** Splits at dots and brackets, which are tokens of their own; quoted text is one token. */
const TOKENS = /'(?:\\.|[^'\\])*'|[.[\]]|[^.[\]]+/g

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
}

/** Reads a path of fields and map keys that the schema has; or says in upstream's words what is wrong with it. */
export function readFieldPath(path: string, root: JsonSchema, brackets = true): FieldPath | { error: string } {
  const tokens = path.match(TOKENS) ?? []
  const found: FieldPath = { names: [], text: '', schema: root }
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i]
    if (token !== '.' && token !== '[') return { error: `expected [ or . but got: ${token}` }
    if (token === '[' && !brackets) return { error: 'array notation is not allowed' }
    const next = tokens[i + 1]
    if (next === undefined) return { error: 'unexpected end of JSON path' }
    const name = token === '.' ? next : unquoted(next)
    if (typeof name !== 'string') return name
    const wrong = step(found, name)
    if (wrong) return { error: wrong }
    if (token === '[' && tokens[i + 2] !== ']') {
      return {
        error: tokens[i + 2] === undefined ? 'unexpected end of JSON path' : `expected ] but got ${tokens[i + 2]}`,
      }
    }
    i += token === '.' ? 2 : 3
  }
  return found
}

/** Goes down one step; the reason why that is not possible. */
function step(found: FieldPath, name: string): string | undefined {
  const { properties } = found.schema
  const below = properties ? (Object.hasOwn(properties, name) ? properties[name] : undefined) : valuesOf(found.schema)
  if (!below) return 'does not refer to a valid field'
  found.text = properties ? (found.text ? `${found.text}.${name}` : name) : `${found.text}[${name}]`
  found.names.push(name)
  found.schema = below
  return undefined
}

function unquoted(token: string): string | { error: string } {
  if (token.length < 2 || !token.startsWith("'") || !token.endsWith("'")) {
    return { error: `expected single quoted string but got ${token}` }
  }
  let wrong: string | undefined
  const text = token.slice(1, -1).replace(/\\./gs, (escape) => {
    const meant = ESCAPES[escape[1] ?? '']
    if (meant === undefined) wrong ??= escape
    return meant ?? ''
  })
  return wrong === undefined ? text : { error: `invalid string literal: invalid escape char ${wrong}` }
}
