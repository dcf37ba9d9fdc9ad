import {
  COSTS,
  type CallCost,
  type CallEstimate,
  type CallToEstimate,
  type CostNode,
  costSize,
  type Range,
  regexCost,
  traversal,
  UNBOUNDED,
} from '../cost.ts'
import type { Library } from '../declarations.ts'
import { addRanges, exactly, multiplyRanges, scaleRange } from '../range.ts'
import { elements, isList, isMap, mapFind, mapKeys, Opaque, type Value } from '../values.ts'
import { NamedFormat } from './named-format.ts'

/** What Kubernetes charges for its functions, when they run and as an estimate; both are part of its API. */

const AUTHORIZATION_CHECK = 350_000
/** The longest regular expression that a named format is charged for in estimates. */
const FORMAT_REGEX_SIZE = 128
const FORMAT_SIZE_MAX = 64

const fixed = (cost: number): CallCost => ({
  actual: () => cost,
  estimate: () => ({ cost: exactly(cost) }),
})

const traverse = (size: Range, factor = 1) => scaleRange(size, factor * COSTS.stringTraversal)

/** Going through the text once; `keepsSize` when another of that size comes out. */
const ofText = (from: 'target' | 'arg', keepsSize: boolean, factor = 1): CallCost => ({
  actual: ([text = '']) => traversal(costSize(text), factor * COSTS.stringTraversal),
  estimate({ target, args, sizeOf }) {
    const node = from === 'target' ? target : args[0]
    if (!node) return undefined
    const size = sizeOf(node)
    return { cost: traverse(size, factor), ...(keepsSize && { size }) }
  },
})

/** The elements of a list, as a node of their own. */
function itemsOf({ type, path }: CostNode): CostNode | undefined {
  const [item] = type.parameters
  return item && { type: item, path: path && [...path, '@items'] }
}

/** Going through a list, its texts included, or through a text. */
const ofList: CallCost = {
  actual: ([list = null]) => deepTraversal(list),
  estimate({ target, sizeOf }) {
    if (!target) return undefined
    const items = itemsOf(target)
    if (!items) return { cost: traverse(sizeOf(target)) }
    const isText = items.type.kind === 'string' || items.type.kind === 'bytes'
    const each = isText ? addRanges(exactly(1), traverse(sizeOf(items))) : exactly(1)
    return { cost: multiplyRanges(sizeOf(target), each) }
  },
}

/** The cost of going through a value with all that is in it. */
function deepTraversal(value: Value): number {
  if (typeof value === 'string') return Math.trunc(new TextEncoder().encode(value).length * COSTS.stringTraversal)
  if (value instanceof Uint8Array) return Math.trunc(value.length * COSTS.stringTraversal)
  if (isList(value)) return elements(value).reduce<number>((sum, item) => sum + deepTraversal(item), 0)
  if (!isMap(value)) return 1
  let sum = 0
  for (const key of mapKeys(value)) sum += deepTraversal(key) + deepTraversal(mapFind(value, key) ?? null)
  return sum
}

/** A selector becomes a list of requirements, of which each takes at least two characters. */
function selectorCost(size: Range): Range {
  const requirements = scaleRange(scaleRange(size, 0.5), COSTS.createList + COSTS.createStruct)
  return addRanges(addRanges(exactly(COSTS.createList), traverse(size)), requirements)
}

const ofSelector: CallCost = {
  actual: ([, selector = '']) => selectorCost(exactly(costSize(selector))).max,
  estimate: ({ args: [selector], sizeOf }) => selector && { cost: selectorCost(sizeOf(selector)) },
}

const ofReplace: CallCost = {
  actual: ([text = '']) => traversal(costSize(text), 2 * COSTS.stringTraversal),
  estimate({ target, args: [part, by], sizeOf }) {
    if (!target || !part || !by) return undefined
    const size = sizeOf(target)
    return { cost: traverse(size, 2), size: replacedSize(size, sizeOf(part), sizeOf(by)) }
  },
}

/** How large a text is of which parts were replaced. */
function replacedSize(text: Range, part: Range, by: Range): Range {
  const [longCount, longKept] =
    part.min === 0
      ? [oneMore(text.max), text.max]
      : by.max <= part.min
        ? [0, text.max]
        : [Math.ceil(text.max / part.min), 0]
  const [shortCount, shortKept] =
    part.max === 0
      ? [oneMore(text.min), text.min]
      : part.max <= by.min
        ? [0, text.min]
        : [Math.ceil(text.min / part.max), 0]
  const count = { min: shortCount, max: longCount }
  return addRanges(multiplyRanges(count, by), { min: shortKept, max: longKept })
}

const oneMore = (size: number) => (size < UNBOUNDED ? size + 1 : size)

const ofSplit: CallCost = {
  actual: ([text = '']) => traversal(costSize(text), 2 * COSTS.stringTraversal),
  estimate({ target, args: [, limit], sizeOf }) {
    if (!target) return undefined
    const size = sizeOf(target)
    const count = limit?.literal
    // A negative limit is none; upstream takes it for a very large one.
    const max = typeof count === 'number' ? (count < 0 ? UNBOUNDED : count) : size.max
    return { cost: traverse(size, 2), size: { min: 0, max } }
  },
}

const ofJoin: CallCost = {
  needsResult: true,
  actual: (_, result) => traversal(costSize(result), 2 * COSTS.stringTraversal),
  estimate({ target, args: [separator], sizeOf }) {
    if (!target) return undefined
    const count = sizeOf(target)
    const items = itemsOf(target)
    let size: Range = items ? multiplyRanges(count, sizeOf(items)) : exactly(0)
    if (separator) {
      const gaps = { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) }
      size = addRanges(size, multiplyRanges(sizeOf(separator), gaps))
    }
    return { cost: traverse(size), size }
  },
}

const ofFind: CallCost = {
  actual: ([text = '', pattern = '']) => regexCost(costSize(text), costSize(pattern)),
  estimate({ target, args: [pattern], sizeOf }) {
    if (!target || !pattern) return undefined
    const size = sizeOf(target)
    const cost = multiplyRanges(traverse(addRanges(size, exactly(1))), scaleRange(sizeOf(pattern), COSTS.regexLength))
    return { cost, size: { min: 0, max: size.max } }
  },
}

const IP_BYTES: Range = { min: 4, max: 16 }

/** Comparing the bits of two addresses; `extra` for what is done besides, `isText` when one has to be read first. */
const ofContains = (overloadOfText: string, masks: boolean): CallCost => ({
  actual([cidr = null, other = null], _result, overload) {
    const size = costSize(cidr)
    const mask = masks ? traversal(size) + 1 : 0
    return traversal(size * 2) + mask + (overload === overloadOfText ? traversal(costSize(other)) : 0)
  },
  estimate({ overload, args: [other], sizeOf }) {
    if (!other) return undefined
    let cost = traverse(addRanges(IP_BYTES, IP_BYTES))
    if (masks) cost = addRanges(addRanges(cost, traverse(IP_BYTES)), exactly(1))
    return { cost: overload === overloadOfText ? addRanges(cost, traverse(sizeOf(other))) : cost }
  },
})

const ofIp: CallCost = {
  actual: ([text = ''], _result, overload) => (overload === 'cidr_ip' ? 1 : traversal(costSize(text))),
  estimate({ overload, args: [text], sizeOf }) {
    if (overload === 'cidr_ip') return { cost: exactly(1) }
    return text && { cost: traverse(sizeOf(text)) }
  },
}

const ofValidate: CallCost = {
  actual: ([format, text = '']) =>
    format instanceof NamedFormat ? regexCost(costSize(text), format.regexSize) : undefined,
  estimate: ({ args: [text], sizeOf }) =>
    text && { cost: scaleRange(traverse(sizeOf(text)), FORMAT_REGEX_SIZE * COSTS.regexLength) },
}

const SIMPLE_TYPES =
  /^net\.(IP|CIDR)$|^kubernetes\.(Quantity|Semver|authorization\.(Authorizer|PathCheck|GroupCheck|ResourceCheck|Decision))$/

const ofEquals: CallCost = {
  actual: ([left]) => (left instanceof Opaque ? 1 : undefined),
  estimate({ args: [left, right] }: CallToEstimate): CallEstimate | undefined {
    if (!left || !right || left.type.name !== right.type.name) return undefined
    const { name } = left.type
    if (SIMPLE_TYPES.test(name)) return { cost: exactly(1) }
    if (name === 'kubernetes.NamedFormat') return { cost: traverse({ min: 1, max: FORMAT_SIZE_MAX }) }
    if (name !== 'kubernetes.URL') return undefined
    return { cost: traverse({ min: 1, max: (right.size ?? exactly(1)).max }) }
  },
}

const all = (names: string, cost: CallCost) => Object.fromEntries(names.split(' ').map((name) => [name, cost]))

/** The costs of Kubernetes' libraries. */
export const KUBERNETES_COSTS: Library = {
  costs: {
    check: fixed(AUTHORIZATION_CHECK),
    ...all('serviceAccount path group resource subresource namespace name', fixed(1)),
    ...all('allowed reason error errored', fixed(1)),
    ...all('fieldSelector labelSelector', ofSelector),
    ...all('isSorted sum max min indexOf lastIndexOf', ofList),
    ...all('url jsonpatch.escapeKey', ofText('arg', true)),
    ...all('lowerAscii upperAscii substring trim', ofText('target', true)),
    replace: ofReplace,
    split: ofSplit,
    join: ofJoin,
    ...all('find findAll', ofFind),
    ...all('cidr isIP isCIDR quantity isQuantity semver isSemver', ofText('arg', false)),
    ip: ofIp,
    'ip.isCanonical': ofText('arg', false, 2),
    ...all('masked prefixLength family isUnspecified isLoopback', fixed(1)),
    ...all('isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast', fixed(1)),
    containsIP: ofContains('cidr_contains_ip_string', false),
    containsCIDR: ofContains('cidr_contains_cidr_string', true),
    validate: ofValidate,
    'format.named': fixed(1),
    ...all('sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub', fixed(1)),
    ...all('major minor patch getScheme getHostname getHost getPort getEscapedPath getQuery', fixed(1)),
    '_==_': ofEquals,
  },
}
