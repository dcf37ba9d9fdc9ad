import type { IEvent } from 'kubernetes-models/v1/Event'
import { dns1123Subdomain, qualifiedName } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach } from '../check.ts'

const FIELD_MAX = 128
const MESSAGE_MAX = 1024

/** What is wrong with an event of core/v1, whose writers were never held to much. */
export function validateEvent(event: IEvent, report: Report): void {
  if (event.eventTime) validateSeriesEvent(event, report)
  else validateOldEvent(event, report)
  const { namespace = '' } = event.metadata
  invalidEach(report, 'namespace', namespace, dns1123Subdomain(namespace))
}

const MISMATCH = 'does not match event.namespace'

/** An event stands in the namespace of what it is about; `default` has those about what has none. */
function validateOldEvent({ involvedObject, metadata: { namespace = '' } }: IEvent, report: Report): void {
  const about = involvedObject?.namespace ?? ''
  const fits = about ? about === namespace : ['', 'default'].includes(namespace)
  if (!fits) report.invalid('involvedObject.namespace', about, MISMATCH)
}

/** Writers that know `eventTime` know the other new fields too. */
function validateSeriesEvent(event: IEvent, report: Report): void {
  const { involvedObject, metadata, reportingComponent = '', message = '' } = event
  if (!involvedObject?.namespace && !['default', 'kube-system'].includes(metadata.namespace ?? '')) {
    report.invalid('involvedObject.namespace', '', MISMATCH)
  }
  if (!reportingComponent) report.required('reportingComponent')
  invalidEach(report, 'reportingComponent', reportingComponent, qualifiedName(reportingComponent))
  for (const field of ['reportingInstance', 'action', 'reason'] as const) {
    const value = event[field] ?? ''
    if (!value) report.required(field)
    if (Buffer.byteLength(value) > FIELD_MAX) report.invalid(field, '', `can have at most ${FIELD_MAX} characters`)
  }
  if (Buffer.byteLength(message) > MESSAGE_MAX) {
    report.invalid('message', '', `can have at most ${MESSAGE_MAX} characters`)
  }
}
