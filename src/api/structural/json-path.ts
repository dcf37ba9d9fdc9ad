import { deepEqual } from '../equal.ts'
import { isObject } from './schema.ts'

/** Finds values in an object. */
export type JsonPath = (object: unknown) => unknown[]

/** One step down: from each value to those below it. */
type Step = (value: unknown) => readonly unknown[]

/**
 * Reads a path as kubectl writes it, without the braces: fields, quoted names, indexes, slices, wildcards, `..` and filters that
 * compare (`.status.conditions[?(@.type=="Ready")].status`). `undefined` when it cannot be read.
 */
export function parseJsonPath(path: string): JsonPath | undefined {
  const steps: Step[] = []
  let rest = path.replace(/^\$/, '')
  while (rest !== '') {
    const read = readStep(rest)
    if (!read) return undefined
    steps.push(read.step)
    rest = read.rest
  }
  return (object) => steps.reduce<unknown[]>((values, step) => values.flatMap((value) => [...step(value)]), [object])
}

type Read = { step: Step; rest: string } | undefined

function readStep(text: string): Read {
  if (text.startsWith('[')) return readBracket(text)
  if (text.startsWith('..')) return { step: descendants, rest: text.slice(text[2] === '[' ? 2 : 1) }
  const [whole, name = ''] = /^\.((?:\\.|[^.[\]\\\s])*)/.exec(text) ?? []
  if (whole === undefined) return undefined
  const rest = text.slice(whole.length)
  if (name === '') return { step: (value) => [value], rest }
  return { step: name === '*' ? children : field(name.replace(/\\(.)/g, '$1')), rest }
}

function readBracket(text: string): Read {
  const length = bracketLength(text)
  if (length === undefined) return undefined
  const inner = text.slice(1, length - 1).trim()
  const step = inner.startsWith('?') ? readFilter(inner) : readUnion(inner)
  return step && { step, rest: text.slice(length) }
}

/** Up to the bracket that closes the first one; those in quotes do not count. */
function bracketLength(text: string): number | undefined {
  let depth = 0
  for (const { 0: token, index } of text.matchAll(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[[\]]/gs)) {
    if (token === '[') depth++
    if (token === ']' && --depth === 0) return index + 1
  }
  return undefined
}

function readUnion(inner: string): Step | undefined {
  const parts = inner.match(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^,]+/g)?.map((part) => readSelector(part.trim()))
  if (!parts || parts.includes(undefined)) return undefined
  return (value) => parts.flatMap((part) => [...(part?.(value) ?? [])])
}

function readSelector(text: string): Step | undefined {
  if (text === '*') return children
  if (/^-?\d+$/.test(text)) return index(Number(text))
  const [slice, from, to, by] = /^(-?\d*):(-?\d*)(?::(\d*))?$/.exec(text) ?? []
  if (slice !== undefined) return sliceOf(from, to, by)
  const quoted = /^(['"])(.*)\1$/s.exec(text)?.[2]
  return quoted === undefined ? undefined : field(quoted.replace(/\\(.)/g, '$1'))
}

const field =
  (name: string): Step =>
  (value) =>
    isObject(value) && Object.hasOwn(value, name) ? [value[name]] : []

const index =
  (at: number): Step =>
  (value) => {
    const i = Array.isArray(value) && at < 0 ? value.length + at : at
    return Array.isArray(value) && i >= 0 && i < value.length ? [value[i]] : []
  }

function sliceOf(from = '', to = '', by = ''): Step {
  const step = Number(by) || 1
  const end = to === '' ? undefined : Number(to)
  return (value) => (Array.isArray(value) ? value.slice(Number(from), end).filter((_, i) => i % step === 0) : [])
}

const children: Step = (value) => (Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [])

const descendants: Step = (value) => [value, ...children(value).flatMap((child) => [...descendants(child)])]

type Compare = (a: unknown, b: unknown) => boolean

const COMPARISONS: Readonly<Record<string, Compare>> = {
  '==': deepEqual,
  '!=': (a, b) => !deepEqual(a, b),
  '<': ordered((order) => order < 0),
  '<=': ordered((order) => order <= 0),
  '>': ordered((order) => order > 0),
  '>=': ordered((order) => order >= 0),
}

/** Only numbers and texts have an order, each among themselves. */
function ordered(test: (order: number) => boolean): Compare {
  return (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return test(a - b)
    return typeof a === 'string' && typeof b === 'string' && test(a < b ? -1 : Number(a > b))
  }
}

/** `?(@.a == "b")`, or `?(@.a)`: those that have it. */
function readFilter(inner: string): Step | undefined {
  const expression = /^\?\s*\((.*)\)$/s.exec(inner)?.[1]
  if (expression === undefined) return undefined
  const [, left = '', operator = '', right = ''] =
    /^\s*((?:'[^']*'|"[^"]*"|[^'"=!<>])+?)\s*(?:(==|!=|<=|>=|<|>)\s*(.+?)\s*)?$/s.exec(expression) ?? []
  const [leftOf, rightOf] = [readOperand(left), operator ? readOperand(right) : undefined]
  if (!leftOf || (operator && !rightOf)) return undefined
  const holds = (item: unknown) => {
    const [a] = leftOf(item)
    if (!rightOf) return a !== undefined
    const [b] = rightOf(item)
    return a !== undefined && b !== undefined && (COMPARISONS[operator]?.(a, b) ?? false)
  }
  return (value) => children(value).filter(holds)
}

function readOperand(text: string): JsonPath | undefined {
  if (text.startsWith('@')) return parseJsonPath(text.slice(1))
  const quoted = /^(['"])(.*)\1$/s.exec(text)?.[2]
  if (quoted !== undefined) return () => [quoted.replace(/\\(.)/g, '$1')]
  if (text === 'true' || text === 'false') return () => [text === 'true']
  return /^-?\d+(\.\d+)?$/.test(text) ? () => [Number(text)] : undefined
}
