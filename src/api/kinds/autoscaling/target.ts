import type { ICrossVersionObjectReference } from 'kubernetes-models/autoscaling/v2/CrossVersionObjectReference'
import { pathSegment } from '../../names.ts'
import type { Report } from '../../report.ts'
import { requireName } from '../check.ts'

/** What is wrong with a reference to an object of some kind; `report` stands at it. */
export function validateTarget(target: ICrossVersionObjectReference, needsGroup: boolean, report: Report): void {
  const { kind, name, apiVersion = '' } = target
  requireName(report, 'kind', kind, pathSegment)
  requireName(report, 'name', name, pathSegment)
  const slashes = apiVersion.split('/').length - 1
  if (slashes > 1) report.invalid('apiVersion', apiVersion, `unexpected GroupVersion string: ${apiVersion}`)
  else if (needsGroup && slashes === 0) report.invalid('apiVersion', apiVersion, 'apiVersion must specify API group')
}
