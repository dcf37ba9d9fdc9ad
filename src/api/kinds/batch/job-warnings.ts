import type { IJobSpec } from 'kubernetes-models/batch/v1/JobSpec'
import type { Warnings } from '../../warnings.ts'
import { warnOfPod } from '../core/pod-spec/warnings.ts'

/** Beyond both, the failed indexes of a job might not fit into its status. */
const COMPLETIONS_MAX = 100_000
const PARALLELISM_MAX = 10_000

const TOO_MANY =
  'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail'

/** Warns of the spec of a job, at which `warn` stands; upstream's WarningsForJobSpec. */
export function warnOfJobSpec(spec: IJobSpec, warn: Warnings): void {
  const { completionMode, completions = 0, parallelism = 0, template } = spec
  const isLarge = completions > COMPLETIONS_MAX && parallelism > PARALLELISM_MAX
  if (completionMode === 'Indexed' && isLarge) warn.add('', TOO_MANY)
  warnOfPod(template ?? {}, warn.at('template'))
}
