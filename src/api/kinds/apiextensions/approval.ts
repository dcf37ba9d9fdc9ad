import type { KubeObject } from '../../meta.ts'
import type { Report } from '../../report.ts'

export const APPROVED_ANNOTATION = 'api-approved.kubernetes.io'
const SEE = 'see https://github.com/kubernetes/enhancements/pull/1111'

/** Whether the group is one of the community's own, in which definitions need approval. */
export function isProtectedGroup(group: string): boolean {
  return ['k8s.io', 'kubernetes.io'].some((domain) => group === domain || group.endsWith(`.${domain}`))
}

export type Approval = 'missing' | 'bypassed' | 'approved' | 'invalid'

/** What the annotation says about approval, and how that is put. */
export function approvalOf({ metadata }: Pick<KubeObject, 'metadata'>): { state: Approval; reason: string } {
  const text = metadata.annotations?.[APPROVED_ANNOTATION] ?? ''
  const must = `protected groups must have approval annotation ${JSON.stringify(APPROVED_ANNOTATION)}`
  if (text === '') return { state: 'missing', reason: `${must}, ${SEE}` }
  if (text.startsWith('unapproved')) return { state: 'bypassed', reason: `not approved: ${JSON.stringify(text)}` }
  if (/^[a-z][a-z\d+.-]*:\/\/[^/]/i.test(text) && URL.canParse(text)) {
    return { state: 'approved', reason: `approved in ${text}` }
  }
  return { state: 'invalid', reason: `${must} with either a URL or a reason starting with "unapproved", ${SEE}` }
}

interface Definition extends KubeObject {
  spec: { group?: string }
}

/** Reports a definition in a protected group that nobody has approved; what was so before may stay. */
export function approvalErrors(definition: Definition, old: Definition | undefined, report: Report): void {
  if (!isProtectedGroup(definition.spec.group ?? '')) return
  const { state, reason } = approvalOf(definition)
  if (old && approvalOf(old).state === state) return
  const path = `metadata.annotations[${APPROVED_ANNOTATION}]`
  if (state === 'missing') report.required(path, reason)
  if (state === 'invalid') report.invalid(path, definition.metadata.annotations?.[APPROVED_ANNOTATION], reason)
}
