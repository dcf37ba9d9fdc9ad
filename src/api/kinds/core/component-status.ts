import type { IComponentStatus } from 'kubernetes-models/v1/ComponentStatus'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'

export type ComponentStatus = Served<IComponentStatus>

export const ComponentStatus = defineKind<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  shortNames: ['cs'],
  scope: 'Cluster',
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
  verbs: ['get', 'list'],
  columns: [
    ['Status', (component) => statusText(healthy(component)?.status), { description: 'Whether it is healthy.' }],
    ['Message', (component) => healthy(component)?.message ?? '', { description: 'What it says of itself.' }],
    ['Error', (component) => healthy(component)?.error ?? '', { description: 'Why it is not healthy.' }],
  ],
})

function healthy({ conditions }: ComponentStatus) {
  return conditions?.find(({ type }) => type === 'Healthy')
}

function statusText(status: string | undefined): string {
  if (status === undefined) return 'Unknown'
  return status === 'True' ? 'Healthy' : 'Unhealthy'
}
