import type { INodeSelectorTerm } from 'kubernetes-models/v1/NodeSelectorTerm'
import { deepEqual } from '../../../equal.ts'
import type { Report } from '../../../report.ts'
import type { PodSpec } from '../pod-spec/types.ts'

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'

/**
 * While its gates are closed, where a pod may go can be narrowed. Reports what widens it, and puts the allowed changes in
 * `next` back to what they were; `report` stands at the spec.
 */
export function acceptGatedChanges(next: PodSpec, old: PodSpec, report: Report): void {
  acceptNodeSelector(next, old, report)
  const nodeAffinity = old.affinity?.nodeAffinity
  if (deepEqual(next.affinity?.nodeAffinity, nodeAffinity)) return
  validateTerms(next, old, report.at('affinity', 'nodeAffinity', REQUIRED))
  const affinity = { ...next.affinity, nodeAffinity }
  const empty = Object.values(affinity).every((part) => part === undefined)
  next.affinity = empty && !old.affinity ? undefined : affinity
}

function acceptNodeSelector(next: PodSpec, old: PodSpec, report: Report): void {
  const kept = Object.entries(old.nodeSelector ?? {}).every(([key, value]) => next.nodeSelector?.[key] === value)
  if (!kept) {
    const why = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
    report.invalid('nodeSelector', next.nodeSelector ?? null, why)
  }
  next.nodeSelector = old.nodeSelector
}

function validateTerms(next: PodSpec, old: PodSpec, report: Report): void {
  const before = old.affinity?.nodeAffinity?.[REQUIRED]?.nodeSelectorTerms ?? []
  const now = next.affinity?.nodeAffinity?.[REQUIRED]?.nodeSelectorTerms ?? []
  if (before.length > 0 && before.length !== now.length) {
    const why = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'
    return report.invalid('nodeSelectorTerms', now, why)
  }
  for (const [i, term] of before.entries()) {
    const other = now[i]
    if (other && onlyAdds(other, term)) continue
    report.at('nodeSelectorTerms', i).invalid('', other, 'only additions are allowed (no mutations or deletions)')
  }
}

/** A term without conditions matches no node; any condition would let nodes in. */
function onlyAdds(next: INodeSelectorTerm, old: INodeSelectorTerm): boolean {
  const fields = ['matchExpressions', 'matchFields'] as const
  if (fields.every((field) => !old[field]?.length)) return fields.every((field) => !next[field]?.length)
  return fields.every((field) => deepEqual(next[field]?.slice(0, old[field]?.length ?? 0) ?? [], old[field] ?? []))
}
