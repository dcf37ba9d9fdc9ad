import type { ICustomResourceDefinitionNames } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinitionNames'
import { deepEqual } from '../../api/equal.ts'
import { approvalOf, isProtectedGroup } from '../../api/kinds/apiextensions/approval.ts'
import {
  type Condition,
  conditionOf,
  isConditionTrue,
  withCondition,
} from '../../api/kinds/apiextensions/conditions.ts'
import { bundleProblem } from '../../api/kinds/apiextensions/conversion.ts'
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition.ts'
import { timestamp } from '../../std/clock.ts'

type Names = ICustomResourceDefinitionNames
type Status = CustomResourceDefinition['status']

/** What others of the same group are called. */
interface Taken {
  resources: ReadonlySet<string>
  kinds: ReadonlySet<string>
}

/**
 * The status that a definition should have, given the others there are: which of the names it asks for it gets, and whether it is
 * served. Names once accepted stay until the definition asks for others that are free.
 */
export function planStatus(
  definition: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  now: number,
): Status {
  const { spec, status } = definition
  const { names, conflict } = acceptNames(spec.names, status.acceptedNames ?? NO_NAMES, takenBy(others, spec.group))
  const accepted = conflict ?? {
    ...{ type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
  }
  const planned = [accepted, established(definition, conflict === undefined), approval(definition)]
  const conditions = planned
    .filter((condition) => condition !== undefined)
    .map((condition): Condition => ({ lastTransitionTime: timestamp(now), ...condition }))
    .filter((condition) => !isSame(conditionOf(definition, condition.type), condition))
    .reduce<Condition[]>(withCondition, [...(status.conditions ?? [])])
  return { ...status, acceptedNames: names, conditions }
}

const NO_NAMES: Names = { kind: '', plural: '' }

function isSame(old: Condition | undefined, { status, reason, message }: Condition): boolean {
  return old !== undefined && old.status === status && old.reason === reason && old.message === message
}

function takenBy(others: readonly CustomResourceDefinition[], group: string): Taken {
  const names = others.filter(({ spec }) => spec.group === group).map(({ status }) => status.acceptedNames ?? NO_NAMES)
  const resources = names.flatMap(({ plural, singular, shortNames = [] }) => [plural, singular ?? '', ...shortNames])
  return {
    resources: new Set(resources),
    kinds: new Set(names.flatMap(({ kind, listKind }) => [kind, listKind ?? ''])),
  }
}

const NAMES = [
  ['plural', 'PluralConflict', 'resources'],
  ['singular', 'SingularConflict', 'resources'],
  ['kind', 'KindConflict', 'kinds'],
  ['listKind', 'ListKindConflict', 'kinds'],
] as const

/** The names that a definition gets, and of those it does not get, the last in upstream's order. */
function acceptNames(wanted: Names, has: Names, taken: Taken): { names: Names; conflict?: Condition } {
  const names = { ...has }
  let conflict: Condition | undefined
  const refuse = (reason: string, message: string) => {
    conflict = { type: 'NamesAccepted', status: 'False', reason, message }
  }
  for (const [name, reason, among] of NAMES) {
    const text = wanted[name] ?? ''
    if (text !== has[name] && taken[among].has(text)) refuse(reason, inUse(text))
    else names[name] = text
    if (name === 'singular') acceptShortNames(wanted, has, taken, names, refuse)
  }
  if (wanted.categories) names.categories = wanted.categories
  else delete names.categories
  return { names, ...(conflict && { conflict }) }
}

function acceptShortNames(
  { shortNames: wanted = [] }: Names,
  { shortNames: has = [] }: Names,
  { resources }: Taken,
  names: Names,
  refuse: (reason: string, message: string) => void,
): void {
  if (deepEqual(wanted, has)) return
  const lost = wanted.filter((name) => !has.includes(name) && resources.has(name))
  if (lost.length > 0) {
    const all = lost.map(inUse)
    return refuse('ShortNamesConflict', all.length === 1 ? (all[0] ?? '') : `[${all.join(', ')}]`)
  }
  if (wanted.length > 0) names.shortNames = wanted
  else delete names.shortNames
}

const inUse = (name: string) => `${JSON.stringify(name)} is already in use`

/** What is established stays so. */
function established(
  definition: CustomResourceDefinition,
  namesAccepted: boolean,
): Omit<Condition, 'lastTransitionTime'> {
  const type = 'Established'
  if (isConditionTrue(definition, type)) return conditionOf(definition, type) as Condition
  if (!namesAccepted) return { type, status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }
  const { clientConfig } = definition.spec.conversion?.webhook ?? {}
  if (clientConfig && bundleProblem(clientConfig)) {
    const message = 'The conversion webhook CABundle is invalid'
    return { type, status: 'False', reason: 'InvalidCABundle', message }
  }
  return { type, status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }
}

const APPROVALS = {
  missing: ['False', 'MissingAnnotation'],
  invalid: ['False', 'InvalidAnnotation'],
  bypassed: ['False', 'UnapprovedAnnotation'],
  approved: ['True', 'ApprovedAnnotation'],
} as const

function approval(definition: CustomResourceDefinition): Omit<Condition, 'lastTransitionTime'> | undefined {
  if (!isProtectedGroup(definition.spec.group)) return undefined
  const { state, reason: message } = approvalOf(definition)
  const [status, reason] = APPROVALS[state]
  return { type: 'KubernetesAPIApprovalPolicyConformant', status, reason, message }
}
