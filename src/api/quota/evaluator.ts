import type { IResourceQuotaSpec } from 'kubernetes-models/v1/ResourceQuotaSpec'
import type { GroupResource } from '../errors.ts'
import { meets, type Operator } from '../labels.ts'
import type { KubeObject } from '../meta.ts'
import { addQuantities } from '../quantity.ts'
import { type Usage, ZERO } from './usage.ts'

export type ScopeRequirement = NonNullable<NonNullable<IResourceQuotaSpec['scopeSelector']>['matchExpressions']>[number]

/** A write, as far as it matters to what is used. */
export interface QuotaWrite<T extends KubeObject = KubeObject> {
  operation: 'CREATE' | 'UPDATE'
  /** '' for the object itself. */
  subresource: string
  object: T
  /** Absent with CREATE. */
  old?: T
}

/** Knows what the objects of one resource use. All of it is pure; `now` is in milliseconds since 1970. */
export interface Evaluator<T extends KubeObject = KubeObject> {
  readonly resource: GroupResource
  /** All objects count the same: nobody needs to look at them. */
  readonly isBlind?: true
  /** Whether it measures a resource that a quota names. */
  measures(name: string): boolean
  usage(object: T, now: number): Usage
  /** Whether the object falls under one scope of a quota. */
  isInScope(object: T, scope: ScopeRequirement): boolean
  /** Whether the write can use more than before. */
  concerns(write: QuotaWrite<T>): boolean
  /** Whether a change to an object that is there can set something free, or move it into or out of a scope. */
  frees(old: T, now: T): boolean
  /** What the object does not say though a quota for these resources demands it; `undefined` when nothing is missing. */
  missing?(object: T, names: readonly string[]): string | undefined
}

/** The scopes of a quota, in both ways of writing them. */
export function scopesOf({ scopes = [], scopeSelector }: IResourceQuotaSpec): ScopeRequirement[] {
  return [
    ...scopes.map((scopeName): ScopeRequirement => ({ scopeName, operator: 'Exists' })),
    ...(scopeSelector?.matchExpressions ?? []),
  ]
}

/** Whether the object falls under all scopes of a quota. */
export function isInScopes<T extends KubeObject>(
  evaluator: Evaluator<T>,
  object: T,
  spec: IResourceQuotaSpec,
): boolean {
  return scopesOf(spec).every((scope) => evaluator.isInScope(object, scope))
}

const OPERATORS: Readonly<Record<string, Operator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' }

/** Whether a scope with values, such as PriorityClass, holds for what the object has there; '' stands for nothing. */
export function meetsScope({ scopeName, operator, values = [] }: ScopeRequirement, value: string): boolean {
  const known = OPERATORS[operator]
  return known !== undefined && meets({ key: scopeName, operator: known, values }, value ? { [scopeName]: value } : {})
}

/** What the objects of one resource use of what a quota limits (`names`); zero where they use nothing. */
export function totalUsage<T extends KubeObject>(
  evaluator: Evaluator<T>,
  objects: Iterable<T>,
  spec: IResourceQuotaSpec,
  names: readonly string[],
  now: number,
): Usage {
  const total = new Map(names.filter((name) => evaluator.measures(name)).map((name) => [name, ZERO]))
  for (const object of objects) {
    if (!isInScopes(evaluator, object, spec)) continue
    for (const [name, amount] of evaluator.usage(object, now)) {
      const before = total.get(name)
      if (before) total.set(name, addQuantities(before, amount))
    }
  }
  return total
}
