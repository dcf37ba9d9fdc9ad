import type { ISubject } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Subject'
import { ClusterRole } from '../../../../api/kinds/rbac/cluster-role.ts'

/** What a binding of the table says. */
export interface PolicyBinding {
  namespace?: string
  name: string
  role: string
  subjects: ISubject[]
}

const { group: apiGroup } = ClusterRole

/** Reads a table of bindings: `[NAMESPACE/]NAME[=ROLE]` and whom it binds, `user:NAME`, `group:NAME`, `account:NAMESPACE/NAME`. */
export function parseBindings(table: string): PolicyBinding[] {
  return table
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [head = '', ...subjects] = line.split(' ')
      const [, namespace, name = '', role = name] = /^(?:([^/]*)\/)?([^=]*)(?:=(.*))?$/.exec(head) ?? []
      return { ...(namespace && { namespace }), name, role, subjects: subjects.map(parseSubject) }
    })
}

function parseSubject(text: string): ISubject {
  const colon = text.indexOf(':')
  const [kind, name] = [text.slice(0, colon), text.slice(colon + 1)]
  if (kind !== 'account') return { apiGroup, kind: kind === 'user' ? 'User' : 'Group', name }
  const [namespace = '', account = ''] = name.split('/')
  return { kind: 'ServiceAccount', namespace, name: account }
}
