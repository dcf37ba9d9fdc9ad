import { Pod } from '../../api/kinds/core/pod.ts'
import { plugin } from '../framework.ts'

/** A pod with gates is not tried before the last one has been removed. */
export const schedulingGates = plugin({
  name: 'SchedulingGates',
  retryOn: [{ kind: Pod, change: ['gates'] }],
  preEnqueue({ spec }) {
    const gates = (spec.schedulingGates ?? []).map(({ name }) => name)
    return gates.length === 0 ? undefined : `waiting for scheduling gates: [${gates.join(' ')}]`
  },
})
