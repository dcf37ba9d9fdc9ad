import type { IPolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule'
import { deepEqual } from '../../equal.ts'
import { matchesLabels } from '../../selector.ts'
import type { ClusterRole } from './cluster-role.ts'

/** What of a cluster role aggregation looks at. */
export type AggregatedRole = Pick<ClusterRole, 'aggregationRule' | 'rules'> & {
  metadata: Pick<ClusterRole['metadata'], 'name' | 'labels'>
}

/** The rules that a cluster role gathers from those that its aggregation rule selects: by name, each rule once. */
export function aggregatedRules(role: AggregatedRole, all: readonly AggregatedRole[]): IPolicyRule[] {
  const sources = all
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  const rules: IPolicyRule[] = []
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    for (const { metadata, rules: own } of sources) {
      if (!matchesLabels(selector, metadata.labels)) continue
      for (const rule of own ?? []) if (!rules.some((known) => deepEqual(known, rule))) rules.push(rule)
    }
  }
  return rules
}
