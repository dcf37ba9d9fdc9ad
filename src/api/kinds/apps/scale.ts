import type { Subresource } from '../../kind.ts'

/** The `scale` subresource, as all workloads with replicas have it. */
export const scaleSubresource: Subresource = {
  name: 'scale',
  speaks: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  verbs: ['get', 'patch', 'update'],
}
