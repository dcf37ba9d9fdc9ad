import type { IBinding } from 'kubernetes-models/v1/Binding'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'

export type Binding = Served<IBinding>

/** Ties a pod to a node. It is only ever created, and never stored. */
export const Binding = defineKind<Binding>({
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  scope: 'Namespaced',
  verbs: ['create'],

  validate({ target }, report) {
    const { kind, name } = target ?? {}
    if (kind && kind !== 'Node') report.notSupported('target.kind', kind, ['Node', '<empty>'])
    if (!name) report.required('target.name')
  },
})
