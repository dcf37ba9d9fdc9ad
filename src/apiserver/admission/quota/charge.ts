import type { ResourceQuota } from '../../../api/kinds/core/resource-quota.ts'
import { type Evaluator, isInScopes, type QuotaWrite } from '../../../api/quota/evaluator.ts'
import {
  addUsage,
  exceeded,
  pick,
  printUsage,
  readUsage,
  subtractUsage,
  type Usage,
  withoutZeros,
} from '../../../api/quota/usage.ts'

/** What a write adds to what a quota counts. */
export interface Charge {
  quota: ResourceQuota
  usage: Usage
}

/** What a write costs which quotas; a text when it may not be, whatever is left of them. */
export function chargesOf(
  evaluator: Evaluator,
  quotas: readonly ResourceQuota[],
  write: QuotaWrite,
  now: number,
): Charge[] | string {
  const { object, old } = write
  const concerned = quotas.filter((quota) => counts(evaluator, quota, object))
  for (const quota of concerned) {
    const problem = problemOf(evaluator, quota, object)
    if (problem) return problem
  }
  if (concerned.length === 0) return []
  const usage = evaluator.usage(object, now)
  const negative = [...usage].filter(([, { nanos }]) => nanos < 0n).map(([name]) => name)
  if (negative.length) return `quota usage is negative for resource(s): ${negative.sort().join(',')}`
  const growth = old ? subtractUsage(usage, evaluator.usage(old, now)) : usage
  return concerned
    .map((quota): Charge => {
      // What comes into the scope of a quota by an update costs that quota all of it.
      const cost = old && counts(evaluator, quota, old) ? growth : usage
      return { quota, usage: pick(withoutZeros(cost), (name) => quota.status.hard?.[name] !== undefined) }
    })
    .filter(({ usage }) => usage.size > 0)
}

function counts(evaluator: Evaluator, { spec, status }: ResourceQuota, object: QuotaWrite['object']): boolean {
  const isMeasured = Object.keys(status?.hard ?? {}).some((name) => evaluator.measures(name))
  return isMeasured && isInScopes(evaluator, object, spec)
}

function problemOf(
  evaluator: Evaluator,
  { metadata, status }: ResourceQuota,
  object: QuotaWrite['object'],
): string | undefined {
  const names = Object.keys(status.hard ?? {}).filter((name) => evaluator.measures(name))
  const missing = evaluator.missing?.(object, names)
  if (missing) return `failed quota: ${metadata.name}: ${missing}`
  if (names.every((name) => status.used?.[name] !== undefined)) return undefined
  return `status unknown for quota: ${metadata.name}, resources: ${names.sort().join(',')}`
}

/** Why a charge does not fit what is left of its quota, of which `used` is taken. */
export function refusalOf({ quota, usage }: Charge, used: Usage): string | undefined {
  const hard = readUsage(quota.status.hard)
  const beyond = exceeded(
    pick(addUsage(used, usage), (name) => usage.has(name)),
    hard,
  )
  if (beyond.size === 0) return undefined
  const print = (amounts: Usage) => printUsage(pick(amounts, (name) => beyond.has(name)))
  const { name } = quota.metadata
  return `exceeded quota: ${name}, requested: ${print(usage)}, used: ${print(used)}, limited: ${print(hard)}`
}
