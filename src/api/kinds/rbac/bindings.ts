import type { IRoleRef } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleRef'
import type { ISubject } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Subject'
import { deepEqual } from '../../equal.ts'
import { age, type ColumnShort } from '../../kind.ts'
import type { KubeObject } from '../../meta.ts'
import { nameIsDns1123Subdomain, pathSegment } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach, requireName } from '../check.ts'

/** What a RoleBinding and a ClusterRoleBinding have in common. */
interface Binding {
  roleRef: IRoleRef
  subjects?: ISubject[]
}

const GROUP = 'rbac.authorization.k8s.io'
const SUBJECT_KINDS = ['ServiceAccount', 'User', 'Group']

export function defaultBinding(binding: Binding): void {
  binding.roleRef ??= {} as IRoleRef
  binding.roleRef.apiGroup ||= GROUP
  for (const subject of binding.subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= GROUP
  }
}

/** What is wrong with a binding to a role of one of these kinds. */
export function validateBinding(binding: Binding, roleKinds: readonly string[], report: Report): void {
  const { apiGroup, kind = '', name } = binding.roleRef
  const at = report.at('roleRef')
  if (apiGroup !== GROUP) at.notSupported('apiGroup', apiGroup, [GROUP])
  if (!roleKinds.includes(kind)) at.notSupported('kind', kind, roleKinds)
  requireName(at, 'name', name, pathSegment)
  const isNamespaced = roleKinds.includes('Role')
  for (const [i, subject] of (binding.subjects ?? []).entries()) {
    validateSubject(subject, isNamespaced, report.at('subjects', i))
  }
}

function validateSubject(subject: ISubject, isNamespaced: boolean, report: Report): void {
  const { kind = '', name, apiGroup = '', namespace } = subject
  if (!name) report.required('name')
  if (kind === 'ServiceAccount') {
    if (name) invalidEach(report, 'name', name, nameIsDns1123Subdomain(name, false))
    if (apiGroup) report.notSupported('apiGroup', apiGroup, [''])
    if (!isNamespaced && !namespace) report.required('namespace')
  } else if (!SUBJECT_KINDS.includes(kind)) {
    report.notSupported('kind', kind, SUBJECT_KINDS)
  } else if (apiGroup !== GROUP) {
    report.notSupported('apiGroup', apiGroup, [GROUP])
  }
}

/** A binding stays with its role, so that whoever may change the subjects can not hand out more. */
export function validateRoleRefUnchanged(next: Binding, old: Binding, report: Report): void {
  if (!deepEqual(next.roleRef, old.roleRef)) report.invalid('roleRef', next.roleRef, 'cannot change roleRef')
}

/** What `kubectl get` shows of a binding. */
export const bindingColumns: readonly ColumnShort<KubeObject & Binding>[] = [
  ['Role', roleText],
  age,
  ['Users', ({ subjects }) => subjectsText(subjects, 'User'), { priority: 1 }],
  ['Groups', ({ subjects }) => subjectsText(subjects, 'Group'), { priority: 1 }],
  ['ServiceAccounts', ({ subjects }) => subjectsText(subjects, 'ServiceAccount'), { priority: 1 }],
]

/** `Role/reader`. */
function roleText({ roleRef: { kind, name } }: Binding): string {
  return `${kind}/${name}`
}

/** The names of the subjects of one kind; service accounts with their namespace. */
function subjectsText(subjects: readonly ISubject[] = [], wanted: string): string {
  return subjects
    .filter(({ kind }) => kind === wanted)
    .map(({ name, namespace }) => (wanted === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ')
}
