import { ResourceQuota } from '../../api/kinds/core/resource-quota.ts'
import { evaluatorOf } from '../../api/quota/evaluators.ts'
import type { Clock } from '../../std/clock.ts'
import type { Store } from '../../store/store.ts'
import { keyFor, resourceOf } from '../context.ts'
import { NO_RESERVATION, type Reservation } from '../strategy/hooks.ts'
import { type AdmissionPlugin, type AdmissionRequest, refused } from './plugin.ts'
import { QuotaLedger } from './quota/ledger.ts'

/** What a namespace uses stays within its quotas. */
export function resourceQuota(store: Store, clock: Clock): AdmissionPlugin {
  const ledger = new QuotaLedger(store, clock)
  return {
    name: 'ResourceQuota',
    operations: ['CREATE', 'UPDATE'],

    // Who counts afresh, as the controller does, may not have seen what was charged a moment ago.
    async admit({ kind, subresource, operation, object }) {
      if (operation !== 'UPDATE' || subresource !== 'status' || resourceOf(kind) !== ResourceQuota.plural) return
      const quota = object as ResourceQuota
      if (quota.status?.used) quota.status = await ledger.correct(quota)
    },

    async reserve(request) {
      const write = writeOf(request)
      const evaluator = request.kind.scope === 'Namespaced' ? evaluatorOf(request.kind) : undefined
      if (!write || !evaluator?.concerns(write)) return NO_RESERVATION
      const { namespace, kind, object, name, dryRun } = request
      const key = keyFor(kind, namespace, object?.metadata.name ?? name)
      const paid = await ledger.charge({ namespace, evaluator, write, key, dryRun })
      if (typeof paid === 'string') throw refused(request, paid)
      return { commit: paid.keep, revert: paid.giveBack } satisfies Reservation
    },
  }
}

function writeOf({ operation, subresource, object, old }: AdmissionRequest) {
  if (!object || (operation !== 'CREATE' && operation !== 'UPDATE')) return undefined
  return { operation, subresource, object, ...(old && { old }) }
}
