import type { ICondition } from '@kubernetes-models/apimachinery/apis/meta/v1/Condition'
import { qualifiedName } from '../names.ts'
import type { Report } from '../report.ts'
import { invalidEach } from './check.ts'
import { rejectDuplicates } from './duplicates.ts'

const STATUSES = ['False', 'True', 'Unknown']
const REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?'
const REASON_MAX_BYTES = 1024
const MESSAGE_MAX_BYTES = 32 * 1024

/** What is wrong with a list of metav1.Condition; `report` stands at the list. */
export function validateConditions(conditions: readonly ICondition[] = [], report: Report): void {
  rejectDuplicates(
    report,
    conditions.map(({ type }) => type),
    (i) => `[${i}].type`,
  )
  for (const [i, condition] of conditions.entries()) validateCondition(condition, report.at(i))
}

function validateCondition(condition: ICondition, report: Report): void {
  const { type = '', status = '', observedGeneration = 0, lastTransitionTime, reason = '', message = '' } = condition
  invalidEach(report, 'type', type, qualifiedName(type))
  if (!STATUSES.includes(status)) report.notSupported('status', status, STATUSES)
  if (observedGeneration < 0) {
    report.invalid('observedGeneration', observedGeneration, 'must be greater than or equal to zero')
  }
  if (!lastTransitionTime) report.required('lastTransitionTime')
  if (reason === '') report.required('reason')
  else if (!new RegExp(`^${REASON}$`).test(reason)) report.invalid('reason', reason, REASON_MESSAGE)
  if (Buffer.byteLength(reason) > REASON_MAX_BYTES) report.tooLong('reason', REASON_MAX_BYTES)
  if (Buffer.byteLength(message) > MESSAGE_MAX_BYTES) report.tooLong('message', MESSAGE_MAX_BYTES)
}

const REASON_MESSAGE = `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '${REASON}')`
