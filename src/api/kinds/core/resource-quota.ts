import type { IResourceQuota } from 'kubernetes-models/v1/ResourceQuota'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { IMMUTABLE } from '../../object-meta.ts'
import { validateQuotaAmounts, validateQuotaSpec } from './resource-quota-rules.ts'

export type ResourceQuota = Served<IResourceQuota>

export const ResourceQuota = defineKind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  scope: 'Namespaced',
  status: true,
  returnDeletedObject: true,
  generation: false,
  columns: [
    ['Request', (quota) => usage(quota, false), { description: 'What is used of what may be requested.' }],
    ['Limit', (quota) => usage(quota, true), { description: 'What is used of the limits that may be set.' }],
    age,
  ],

  defaults(quota) {
    quota.spec ??= {}
  },

  validate({ spec }, report) {
    validateQuotaSpec(spec, report.at('spec'))
  },

  validateUpdate({ spec }, old, report) {
    const scopes = new Set<string>(spec.scopes)
    if (scopes.symmetricDifference(new Set(old.spec.scopes)).size) {
      report.invalid('spec.scopes', spec.scopes ?? null, IMMUTABLE)
    }
  },

  validateStatusUpdate({ status }, _old, report) {
    validateQuotaAmounts(status?.hard, report.at('status', 'hard'))
    validateQuotaAmounts(status?.used, report.at('status', 'used'))
  },
})

/** `cpu: 1/2, pods: 3/10`, of the resources that are limits, or of the others. */
function usage({ status }: ResourceQuota, limits: boolean): string {
  return Object.entries(status?.hard ?? {})
    .filter(([resource]) => resource.startsWith('limits.') === limits)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, hard]) => `${resource}: ${status?.used?.[resource] ?? 0}/${hard}`)
    .join(', ')
}
