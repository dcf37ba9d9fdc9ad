import { type Call, children, type Expr } from '../ast.ts'
import type { Checked } from '../checker.ts'
import type { Issue } from '../issues.ts'
import type { Type } from '../types.ts'
import { FormatProblem, refusal, renderFormat } from './strings-format.ts'

/** All nodes of an expression, each before its parts. */
export function* nodes(expr: Expr): Generator<Expr> {
  yield expr
  for (const child of children(expr)) yield* nodes(child)
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  s: 'list map int uint double bool string timestamp bytes duration type null'.split(' '),
  d: ['int', 'uint'],
  f: ['double'],
  e: ['double'],
  b: ['int', 'uint', 'bool'],
  x: ['int', 'uint', 'string', 'bytes'],
  o: ['int', 'uint'],
}

/** Checks the calls of `format` whose format and arguments are written out. */
export function validateFormats(checked: Checked): Issue[] {
  const issues: Issue[] = []
  for (const node of nodes(checked.expr)) {
    if (node.kind !== 'call' || node.function !== 'format' || node.target?.kind !== 'literal') continue
    const [list] = node.args
    if (list?.kind === 'list' && typeof node.target.value === 'string') {
      issues.push(...validateCall(node, node.target.value, list.elements, checked))
    }
  }
  return issues
}

function validateCall(call: Call, format: string, args: readonly Expr[], { types }: Checked): Issue[] {
  let used = 0
  let offset = call.offset
  try {
    renderFormat(format, args.length, ({ letter }, index) => {
      used++
      const arg = args[index] as Expr
      const bad = letter === 's' ? badPart(arg, types) : fits(letter, arg, types) ? undefined : arg
      if (!bad) return ''
      offset = bad.offset
      throw new FormatProblem(refusal(letter, types.get(bad)?.name ?? 'dyn'))
    })
  } catch (error) {
    if (error instanceof FormatProblem) return [{ message: error.message, offset }]
    throw error
  }
  if (args.length <= used) return []
  const message = `too many arguments supplied to string.format (expected ${used}, got ${args.length})`
  return [{ message, offset: call.offset }]
}

type Types = ReadonlyMap<Expr, Type>

function fits(letter: string, arg: Expr, types: Types): boolean {
  const kind = types.get(arg)?.kind ?? 'dyn'
  return kind === 'dyn' || (KINDS[letter.toLowerCase()] ?? []).includes(kind)
}

/** The part of an argument that no text can be made of. */
function badPart(arg: Expr, types: Types): Expr | undefined {
  if (!fits('s', arg, types)) return arg
  if (arg.kind !== 'list' && arg.kind !== 'map') return undefined
  return children(arg)
    .map((child) => badPart(child, types))
    .find(Boolean)
}
