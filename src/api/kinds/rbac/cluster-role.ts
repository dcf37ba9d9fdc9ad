import type { IClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { pathSegment } from '../../names.ts'
import { validateLabelSelector } from '../label-selector.ts'
import { createdAt } from '../created-at.ts'
import { validateRules } from './rules.ts'

export type ClusterRole = Served<IClusterRole>

export const ClusterRole = defineKind<ClusterRole>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  scope: 'Cluster',
  createOnUpdate: true,
  nameRule: pathSegment,

  validate({ rules, aggregationRule }, report) {
    validateRules(rules, false, report)
    if (!aggregationRule) return
    const { clusterRoleSelectors = [] } = aggregationRule
    const at = report.at('aggregationRule', 'clusterRoleSelectors')
    if (clusterRoleSelectors.length === 0) {
      at.required('', 'at least one clusterRoleSelector required if aggregationRule is non-nil')
    }
    for (const [i, selector] of clusterRoleSelectors.entries()) validateLabelSelector(selector, at.at(i))
  },

  columns: [createdAt],
})
