import { plugin, SCORE_MAX } from '../framework.ts'

/** Likes nodes whose CPU and memory would be used in equal shares: neither is left over without the other. */
export const nodeResourcesBalancedAllocation = plugin({
  name: 'NodeResourcesBalancedAllocation',
  retryOn: [],
  score(pod, { allocatable, scored }) {
    const [cpu, memory] = (['cpu', 'memory'] as const).map((name) => {
      const capacity = allocatable.get(name) ?? 0
      return capacity === 0 ? 1 : Math.min(1, (scored[name] + pod.scored[name]) / capacity)
    }) as [number, number]
    // The standard deviation of two shares is half of their distance.
    return Math.floor((1 - Math.abs(cpu - memory) / 2) * SCORE_MAX)
  },
})
