import type { INodeSelector } from 'kubernetes-models/v1/NodeSelector'
import type { INodeSelectorTerm } from 'kubernetes-models/v1/NodeSelectorTerm'
import { type Labels, meets, type Operator } from './labels.ts'

/** What of a node its selectors look at. */
interface SelectableNode {
  metadata: { name?: string; labels?: Labels }
}

type NodeRequirement = NonNullable<INodeSelectorTerm['matchExpressions']>[number]

const OPERATORS: Readonly<Record<string, Operator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
}

/** Whether one of the selector's terms matches the node; without terms, none does. */
export function matchesNodeSelector({ nodeSelectorTerms }: INodeSelector, node: SelectableNode): boolean {
  return nodeSelectorTerms.some((term) => matchesNodeSelectorTerm(term, node))
}

/** Whether all of a term's conditions hold for the node; a term without any matches none. */
export function matchesNodeSelectorTerm(
  { matchExpressions = [], matchFields = [] }: INodeSelectorTerm,
  { metadata }: SelectableNode,
): boolean {
  if (!matchExpressions.length && !matchFields.length) return false
  const labels = metadata.labels ?? {}
  const fields = { 'metadata.name': metadata.name ?? '' }
  return (
    matchExpressions.every((requirement) => holds(requirement, labels)) &&
    matchFields.every((requirement) => isFieldRequirement(requirement) && holds(requirement, fields))
  )
}

function holds({ key, operator, values = [] }: NodeRequirement, labels: Labels): boolean {
  const known = OPERATORS[operator]
  return known !== undefined && meets({ key, operator: known, values }, labels)
}

/** Fields can only be compared with one value, and only the name is there. */
function isFieldRequirement({ key, operator, values = [] }: NodeRequirement): boolean {
  return key === 'metadata.name' && (operator === 'In' || operator === 'NotIn') && values.length === 1
}
