import type { ILimitRangeItem } from 'kubernetes-models/v1/LimitRangeItem'
import type { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim.ts'
import type { Pod } from '../../api/kinds/core/pod.ts'
import { containersTotal } from '../../api/pod-resources.ts'
import { compareQuantities, formatQuantity, milliValue, parseQuantity, type Quantity } from '../../api/quantity.ts'
import { readUsage, type Usage } from '../../api/quota/usage.ts'

/** What somebody asks for, and what they may take at most. */
interface Asked {
  requests: Usage
  limits: Usage
}

const NOTHING: Usage = new Map()

/** What of a pod lies outside of limits, in upstream's words. */
export function podProblems(items: readonly ILimitRangeItem[] = [], pod: Pod): string[] {
  const { containers = [], initContainers = [] } = pod.spec
  const ofEach = [...containers, ...initContainers].map(
    ({ resources }): Asked => ({ requests: readUsage(resources?.requests), limits: readUsage(resources?.limits) }),
  )
  return items.flatMap((item) => {
    if (item.type === 'Container') return ofEach.flatMap((asked) => problemsOf(item, asked))
    return item.type === 'Pod' ? problemsOf(item, podTotal(pod)) : []
  })
}

/** What of a claim lies outside of limits: only what it requests counts. */
export function claimProblems(items: readonly ILimitRangeItem[] = [], { spec }: PersistentVolumeClaim): string[] {
  const requests = readUsage(spec.resources?.requests)
  const ofClaims = items.filter(({ type }) => type === 'PersistentVolumeClaim')
  return ofClaims.flatMap(({ type, min, max }) => [
    ...each(min, (name, least) => tooLittle(type, name, least, { requests, limits: NOTHING })),
    ...each(max, (name, most) => {
      const request = requests.get(name)
      const text = `maximum ${name} usage per ${type} is ${print(most)}`
      if (!request) return `${text}.  No request is specified`
      return isMore(request, most) ? `${text}, but request is ${print(request)}` : undefined
    }),
  ])
}

/** What all containers take together, or the pod as a whole where it says so; not counting its overhead. */
function podTotal({ spec }: Pod): Asked {
  const total = (field: 'requests' | 'limits') => {
    const sum = containersTotal(spec, field)
    for (const name of ['cpu', 'memory']) {
      const own = spec.resources?.[field]?.[name]
      if (own !== undefined) sum.set(name, parseQuantity(own))
    }
    return sum
  }
  return { requests: total('requests'), limits: total('limits') }
}

function problemsOf({ type, min, max, maxLimitRequestRatio }: ILimitRangeItem, asked: Asked): string[] {
  return [
    ...each(min, (name, least) => tooLittle(type, name, least, asked)),
    ...each(max, (name, most) => tooMuch(type, name, most, asked)),
    ...each(maxLimitRequestRatio, (name, most) => tooFarApart(type, name, most, asked)),
  ]
}

function each(
  list: Readonly<Record<string, string | number>> | undefined,
  check: (name: string, amount: Quantity) => string | undefined,
): string[] {
  const found = Object.entries(list ?? {}).map(([name, amount]) => check(name, parseQuantity(amount)))
  return found.filter((problem) => problem !== undefined)
}

function tooLittle(type: string, name: string, least: Quantity, { requests, limits }: Asked): string | undefined {
  const [request, limit] = [requests.get(name), limits.get(name)]
  const text = `minimum ${name} usage per ${type} is ${print(least)}`
  if (!request) return `${text}.  No request is specified`
  if (isMore(least, request)) return `${text}, but request is ${print(request)}`
  return limit && isMore(least, limit) ? `${text}, but limit is ${print(limit)}` : undefined
}

function tooMuch(type: string, name: string, most: Quantity, { requests, limits }: Asked): string | undefined {
  const [request, limit] = [requests.get(name), limits.get(name)]
  const text = `maximum ${name} usage per ${type} is ${print(most)}`
  if (!limit) return `${text}.  No limit is specified`
  if (isMore(limit, most)) return `${text}, but limit is ${print(limit)}`
  return request && isMore(request, most) ? `${text}, but request is ${print(request)}` : undefined
}

const RATIO_DIGITS = 6

function tooFarApart(type: string, name: string, most: Quantity, { requests, limits }: Asked): string | undefined {
  const [request, limit] = [milliValue(requests.get(name) ?? 0), milliValue(limits.get(name) ?? 0)]
  const text = `${name} max limit to request ratio per ${type} is ${print(most)}`
  if (request === 0) return `${text}, but no request is specified or request is 0`
  if (limit === 0) return `${text}, but no limit is specified or limit is 0`
  const ratio = limit / request
  return ratio * 1000 > milliValue(most) ? `${text}, but provided ratio is ${ratio.toFixed(RATIO_DIGITS)}` : undefined
}

const isMore = (a: Quantity, b: Quantity) => compareQuantities(a, b) > 0
const print = formatQuantity
