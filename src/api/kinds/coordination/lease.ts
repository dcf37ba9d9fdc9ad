import type { ILease } from 'kubernetes-models/coordination.k8s.io/v1/Lease'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { nonNegative } from '../check.ts'

export type Lease = Served<ILease>

const STRATEGIES = ['OldestEmulationVersion']

export const Lease = defineKind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
  allowUnconditionalUpdate: false,
  createOnUpdate: true,
  generation: false,

  defaults(lease) {
    lease.spec ??= {}
  },

  validate({ spec }, report) {
    const at = report.at('spec')
    const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = spec
    if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
      at.invalid('leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0')
    }
    nonNegative(at, 'leaseTransitions', leaseTransitions)
    if (strategy !== undefined && !strategy.includes('/') && !STRATEGIES.includes(strategy)) {
      at.notSupported('strategy.strategy', strategy, STRATEGIES)
    }
    if (preferredHolder && !strategy) at.forbidden('preferredHolder', 'may only be specified if `strategy` is defined')
  },

  columns: [['Holder', ({ spec }) => spec.holderIdentity ?? ''], age],
})
