import type { IResourceAttributes } from 'kubernetes-models/authorization.k8s.io/v1/ResourceAttributes'
import type { ISubjectAccessReviewSpec } from 'kubernetes-models/authorization.k8s.io/v1/SubjectAccessReviewSpec'
import type { Report } from '../../report.ts'

type Asked = Pick<ISubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>

/** A review asks one thing: about a resource or about a path. */
export function validateAccessSpec({ resourceAttributes, nonResourceAttributes }: Asked, report: Report): void {
  if (resourceAttributes && nonResourceAttributes) {
    const why = 'cannot be specified in combination with resourceAttributes'
    report.invalid('nonResourceAttributes', nonResourceAttributes, why)
  }
  if (!resourceAttributes && !nonResourceAttributes) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
    report.invalid('resourceAttributes', null, why)
  }
  const { fieldSelector, labelSelector } = resourceAttributes ?? {}
  const at = report.at('resourceAttributes')
  if (fieldSelector) validateSelector(fieldSelector, at.at('fieldSelector'), 'spec.resourceAttributes.fieldSelector')
  if (labelSelector) validateSelector(labelSelector, at.at('labelSelector'), 'spec.resourceAttributes.labelSelector')
}

type Selector = NonNullable<IResourceAttributes['fieldSelector'] | IResourceAttributes['labelSelector']>

function validateSelector({ rawSelector = '', requirements = [] }: Selector, report: Report, path: string): void {
  if (rawSelector && requirements.length) {
    report.invalid('rawSelector', rawSelector, 'may not specified at the same time as requirements')
  }
  if (!rawSelector && requirements.length === 0) {
    report.required('requirements', `when ${path} is specified, requirements or rawSelector is required`)
  }
  for (const [i, { key, operator, values = [] }] of requirements.entries()) {
    const at = report.at('requirements', i)
    const isSet = operator === 'In' || operator === 'NotIn'
    if (!key) at.required('key')
    if (isSet && values.length === 0) {
      at.required('values', "must be specified when `operator` is 'In' or 'NotIn'")
    } else if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length) {
      at.forbidden('values', "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    }
  }
}

/** A review says about whom it asks. */
export function requireSubject({ user = '', groups = [] }: ISubjectAccessReviewSpec, report: Report): void {
  if (!user && groups.length === 0) report.invalid('user', user, 'at least one of user or group must be specified')
}

/** What is never stored has nothing that metadata could be about. */
export function requireNoMetadata(
  { managedFields: _, ...metadata }: { managedFields?: unknown },
  report: Report,
  why = 'must be empty',
): void {
  if (Object.keys(metadata).length) report.invalid('metadata', metadata, why)
}
