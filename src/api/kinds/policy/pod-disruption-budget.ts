import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { validateMaximumOf100Percent, validatePositiveIntOrPercent } from '../int-or-percent.ts'
import { nonNegativeFields, optionalOneOf } from '../check.ts'
import { validateConditions } from '../conditions.ts'
import { validateLabelSelector } from '../label-selector.ts'

export type PodDisruptionBudget = Served<IPodDisruptionBudget>

const EVICTION_POLICIES = ['AlwaysAllow', 'IfHealthyBudget']

export const PodDisruptionBudget = defineKind<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  scope: 'Namespaced',
  status: true,
  allowUnconditionalUpdate: false,

  defaults(pdb) {
    pdb.spec ??= {}
  },

  prepareCreate(pdb) {
    pdb.status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }
  },

  validate({ spec }, report) {
    const at = report.at('spec')
    if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
      report.invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set')
    }
    for (const field of ['minAvailable', 'maxUnavailable'] as const) {
      const value = spec[field]
      if (value === undefined) continue
      validatePositiveIntOrPercent(field, value, at)
      validateMaximumOf100Percent(field, value, at)
    }
    validateLabelSelector(spec.selector, at.at('selector'))
    optionalOneOf(at, 'unhealthyPodEvictionPolicy', spec.unhealthyPodEvictionPolicy, EVICTION_POLICIES)
  },

  validateStatusUpdate({ status }, _old, report) {
    validateConditions(status.conditions, report.at('status', 'conditions'))
    nonNegativeFields(report.at('status'), status, [
      'disruptionsAllowed',
      'currentHealthy',
      'desiredHealthy',
      'expectedPods',
    ])
  },

  columns: [
    ['Min Available', ({ spec }) => String(spec.minAvailable ?? 'N/A')],
    ['Max Unavailable', ({ spec }) => String(spec.maxUnavailable ?? 'N/A')],
    ['Allowed Disruptions', ({ status }) => status.disruptionsAllowed ?? 0, { type: 'integer' }],
    age,
  ],
})
