/** What only the validators know of a number or a string: whether it is whole, and its format. */
export interface Primitive {
  integer: boolean
  format?: string
}

/** For each field of the type that a validator file checks, what its innermost numbers or strings must be. */
export function parsePrimitives(code: string): Map<string, Primitive> {
  const formats = new Map<string, string>()
  for (const [, variable = '', dotted, quoted] of code.matchAll(FORMAT)) formats.set(variable, dotted ?? quoted ?? '')
  const bodies = functionBodies(code)
  const primitives = new Map<string, Primitive>()
  for (const [, dotted, quoted, callee, check = ''] of code.matchAll(FIELD_CHECK)) {
    const body = callee === undefined ? check : innermost(callee, bodies)
    if (body !== undefined) primitives.set(dotted ?? quoted ?? '', primitiveOf(body, formats))
  }
  return primitives
}

const FORMAT = /(formats\d+)=formats(?:\.(\w+)|\["([^"]+)"\])/g

/** A field that is checked by a function of its own, or by code in place. */
const FIELD_CHECK =
  /void 0!==data(?:\.([\w$]+)|\["([^"]+)"\])(?:&&\((validate\d+)\(|\)\{let data\d+=(.*?)(?=void 0!==data))/g

function functionBodies(code: string): Map<string, string> {
  const bodies = new Map<string, string>()
  for (const part of code.split(/(?=function validate\d+\()/)) {
    const name = /^function (validate\d+)\(/.exec(part)?.[1]
    if (name) bodies.set(name, part)
  }
  return bodies
}

/** Follows lists and maps down to the check of what they hold; `undefined` for types of another file. */
function innermost(name: string, bodies: ReadonlyMap<string, string>): string | undefined {
  const body = bodies.get(name)
  if (body === undefined || body.includes('void 0!==data')) return undefined
  const inner = /(validate\d+)\(data\[(?:i|key)\d+\]/.exec(body)?.[1]
  return inner ? innermost(inner, bodies) : body
}

function primitiveOf(check: string, formats: ReadonlyMap<string, string>): Primitive {
  const variable = /(formats\d+)\.validate/.exec(check)?.[1]
  const format = variable && formats.get(variable)
  return { integer: /data\d*%1/.test(check), ...(format && { format }) }
}
