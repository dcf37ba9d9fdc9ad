import type { Call, Expr } from '../ast.ts'
import type { Checked } from '../checker.ts'
import { toDuration, toTimestamp } from '../convert.ts'
import type { Library } from '../declarations.ts'
import type { Issue } from '../issues.ts'
import { compileRegex } from '../regex.ts'
import { formatType, sameType, type Type, withoutOptional } from '../types.ts'
import { isError, type Value } from '../values.ts'
import { nodes } from './validate-format.ts'

/** The functions whose first argument, where it is written out, has to be sound. */
const CHECKS: Readonly<Record<string, (value: Value) => boolean>> = {
  duration: (value) => !isError(toDuration(value)),
  timestamp: (value) => !isError(toTimestamp(value)),
  matches: (value) => typeof compileRegex(value as string) !== 'string',
}

function validateLiterals(checked: Checked): Issue[] {
  const calls = [...nodes(checked.expr)].filter((node): node is Call => node.kind === 'call')
  return Object.entries(CHECKS).flatMap(([name, isSound]) =>
    calls.flatMap(({ function: called, args: [arg] }) =>
      called === name && arg?.kind === 'literal' && !isSound(arg.value)
        ? [{ message: `invalid ${name} argument`, offset: arg.offset }]
        : [],
    ),
  )
}

/** The lists and maps that are not arguments of `format`. */
function* aggregates(expr: Expr): Generator<Expr> {
  const exempt = new Set<Expr>()
  for (const node of nodes(expr)) {
    if (node.kind === 'call' && node.function === 'format') for (const inner of nodes(node)) exempt.add(inner)
    if (!exempt.has(node)) yield node
  }
}

function validateHomogeneous({ expr, types }: Checked): Issue[] {
  const typeOf = (node: Expr, isOptional = false) => {
    const type = types.get(node) as Type
    return isOptional ? withoutOptional(type) : type
  }
  const lists: Issue[] = []
  const maps: Issue[] = []
  for (const node of aggregates(expr)) {
    if (node.kind === 'list') {
      lists.push(
        ...mismatches(node.elements.map((each, i) => [each, typeOf(each, node.optional.has(i))] as const)).slice(0, 1),
      )
    } else if (node.kind === 'map') {
      maps.push(...mismatches(node.entries.map(({ key }) => [key, typeOf(key)] as const)))
      maps.push(...mismatches(node.entries.map(({ value, isOptional }) => [value, typeOf(value, isOptional)] as const)))
    }
  }
  return [...lists, ...maps]
}

/** The nodes whose type is not that of the first. */
function mismatches(all: readonly (readonly [Expr, Type])[]): Issue[] {
  const first = all[0]?.[1]
  return all.flatMap(([node, type]) => {
    if (!first || sameType(first, type)) return []
    return [{ message: `expected type '${formatType(first)}' but found '${formatType(type)}'`, offset: node.offset }]
  })
}

/** Looks at literal times, patterns and aggregates, and tells of those that cannot be meant. */
export const LITERAL_VALIDATION: Library = {
  validate: (checked) => [...validateLiterals(checked), ...validateHomogeneous(checked)],
}
