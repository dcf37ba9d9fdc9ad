import type { ICertificateSigningRequest } from 'kubernetes-models/certificates.k8s.io/v1/CertificateSigningRequest'
import type { Served } from '../../meta.ts'
import { deepEqual } from '../../equal.ts'
import type { Report } from '../../report.ts'
import { timestamp } from '../../../std/clock.ts'
import { rejectDuplicates } from '../duplicates.ts'
import { certificateProblem } from './pem.ts'

type Status = Served<ICertificateSigningRequest>['status']
type Condition = NonNullable<Status['conditions']>[number]

/** Conditions that only ever are true, and that nobody takes back. */
const LASTING = ['Approved', 'Denied', 'Failed']
const DECISIONS = ['Approved', 'Denied']

export function conditionsOf(status: Status | undefined): readonly Condition[] {
  return status?.conditions ?? []
}

/** Takes from `old` how the request was decided, in place, as long as the number of decisions is the same. */
export function keepDecisions(next: Status, old: Status | undefined): void {
  for (const type of DECISIONS) {
    const before = ofType(conditionsOf(old), type)
    if (ofType(conditionsOf(next), type).length !== before.length) continue
    next.conditions = next.conditions?.map((one) => (one.type === type ? (before.shift() ?? one) : one))
  }
}

/** Says of conditions when they were set and when they became what they are, in place, where the client does not. */
export function fillConditionTimes(next: Status, old: Status | undefined, now: number): void {
  for (const condition of next.conditions ?? []) {
    condition.lastUpdateTime ??= timestamp(now)
    const same = conditionsOf(old).find(({ type, status }) => type === condition.type && status === condition.status)
    condition.lastTransitionTime ??= same?.lastTransitionTime ?? timestamp(now)
  }
}

/** What no update of a status may do, whether it decides or issues; `report` stands at the status. */
export function validateStatus(next: Status, old: Status | undefined, report: Report): void {
  validateConditions(conditionsOf(next), report.at('conditions'))
  const problem = certificateProblem(next.certificate ?? '')
  if (problem) report.invalid('certificate', '<certificate data>', problem)
  requireLasting(conditionsOf(next), conditionsOf(old), report)
}

function validateConditions(conditions: readonly Condition[], report: Report): void {
  for (const [i, { type, status }] of conditions.entries()) {
    if (!type) report.required(`[${i}].type`)
    const allowed = LASTING.includes(type) ? ['True'] : ['False', 'True', 'Unknown']
    if (!status) report.required(`[${i}].status`)
    else if (!allowed.includes(status)) report.notSupported(`[${i}].status`, status, allowed)
  }
  const types = conditions.map(({ type }) => type)
  const last = types.findLast((type) => DECISIONS.includes(type))
  if (DECISIONS.every((type) => types.includes(type))) {
    report.invalid('', last, 'Approved and Denied conditions are mutually exclusive')
  }
  rejectDuplicates(report, types, (i) => `[${i}].type`)
}

const ofType = (conditions: readonly Condition[], wanted: string) => conditions.filter(({ type }) => type === wanted)

/** What was decided stays decided. */
function requireLasting(next: readonly Condition[], old: readonly Condition[], report: Report): void {
  for (const type of LASTING) {
    if (ofType(next, type).length < ofType(old, type).length) {
      report.forbidden('conditions', `updates may not remove a condition of type "${type}"`)
    }
  }
}

/** The decision itself is made through the approval subresource. */
export function requireApprovalUnchanged(next: readonly Condition[], old: readonly Condition[], report: Report): void {
  for (const type of DECISIONS) {
    const [now, before] = [ofType(next, type), ofType(old, type)]
    if (now.length > before.length) {
      report.forbidden('conditions', `updates may not add a condition of type "${type}"`)
    } else if (now.length === before.length && !deepEqual(now, before)) {
      report.forbidden('conditions', `updates may not modify a condition of type "${type}"`)
    }
  }
}
