import type { Report } from '../report.ts'

interface Counts {
  replicas?: number
  readyReplicas?: number
  availableReplicas?: number
}

/** Reports counts in a status that are above `replicas`, and available ones that are not ready. */
export function validateReplicaCounts<T extends Counts>(
  status: T,
  fields: readonly (keyof T & string)[],
  report: Report,
): void {
  for (const field of fields) {
    const value = Number(status[field] ?? 0)
    if (value > (status.replicas ?? 0)) report.invalid(field, value, 'cannot be greater than status.replicas')
  }
  const { availableReplicas = 0, readyReplicas = 0 } = status
  if (availableReplicas > readyReplicas) {
    report.invalid('availableReplicas', availableReplicas, 'cannot be greater than readyReplicas')
  }
}

/** Reports a count that went down. */
export function validateNotDecremented(field: string, value = 0, old = 0, report: Report): void {
  if (value < old) report.invalid(field, value, 'cannot be decremented')
}
