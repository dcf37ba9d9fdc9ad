import { deepEqual } from '../../api/equal.ts'
import { aggregatedRules } from '../../api/kinds/rbac/aggregation.ts'
import { ClusterRole } from '../../api/kinds/rbac/cluster-role.ts'
import { controller } from '../runtime.ts'

const FIELD_MANAGER = 'clusterrole-aggregation-controller'

/** Gives cluster roles that gather rules the rules of those that they select. */
export const clusterRoleAggregation = controller({
  name: 'clusterrole-aggregation',
  for: ClusterRole,
  wants: gathers,
  watches: [
    {
      // Any role may be one that another selects, or that it has just ceased to select.
      kind: ClusterRole,
      keys: (_, { cache }) =>
        cache(ClusterRole)
          .list()
          .filter(gathers)
          .map(({ metadata }) => metadata.name),
    },
  ],

  async reconcile(role, { api, cache }) {
    if (!gathers(role)) return
    const rules = aggregatedRules(role, cache(ClusterRole).list())
    if (deepEqual(rules, role.rules ?? [])) return
    const { apiVersion, kind } = ClusterRole
    const { name } = role.metadata
    const how = { type: 'apply', fieldManager: FIELD_MANAGER, force: true } as const
    await api(ClusterRole).patch({ name }, { apiVersion, kind, metadata: { name }, rules }, how)
  },
})

function gathers({ aggregationRule }: ClusterRole): boolean {
  return aggregationRule !== undefined
}
