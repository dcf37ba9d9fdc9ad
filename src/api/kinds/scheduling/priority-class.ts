import type { IPriorityClass } from 'kubernetes-models/scheduling.k8s.io/v1/PriorityClass'
import { deepEqual } from '../../equal.ts'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { IMMUTABLE } from '../../object-meta.ts'
import { requireOneOf } from '../check.ts'

export type PriorityClass = Served<IPriorityClass>

/** Values above this belong to the classes the system itself ships. */
const USER_VALUE_MAX = 1_000_000_000
const SYSTEM_PREFIX = 'system-'

/** The classes that every cluster has, and their values. */
export const SYSTEM_PRIORITY_CLASSES: Readonly<Record<string, number>> = {
  'system-node-critical': 2 * USER_VALUE_MAX + 1000,
  'system-cluster-critical': 2 * USER_VALUE_MAX,
}

export const PriorityClass = defineKind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  scope: 'Cluster',
  generation: false,

  defaults(pc) {
    pc.value ??= 0
    pc.preemptionPolicy ??= 'PreemptLowerPriority'
  },

  // It says 1 for ever: nothing of what it counts can change.
  prepareCreate({ metadata }) {
    metadata.generation = 1
  },

  validate(pc, report) {
    const reserved = whyReserved(pc)
    if (reserved) {
      const why = `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${reserved}`
      report.forbidden('metadata.name', why)
    } else if (!pc.metadata.name.startsWith(SYSTEM_PREFIX) && (pc.value ?? 0) > USER_VALUE_MAX) {
      report.forbidden('value', `maximum allowed value of a user defined priority is ${USER_VALUE_MAX}`)
    }
    requireOneOf(report, 'preemptionPolicy', pc.preemptionPolicy, ['PreemptLowerPriority', 'Never'])
  },

  validateUpdate(pc, old, report) {
    if (pc.value !== old.value) report.forbidden('value', 'may not be changed in an update.')
    if (!deepEqual(pc.preemptionPolicy, old.preemptionPolicy)) {
      report.invalid('preemptionPolicy', pc.preemptionPolicy, IMMUTABLE)
    }
  },

  columns: [
    ['Value', (pc) => pc.value, { type: 'integer' }],
    ['Global-Default', (pc) => pc.globalDefault ?? false, { type: 'boolean' }],
    age,
    ['PreemptionPolicy', (pc) => pc.preemptionPolicy ?? ''],
  ],
})

/** Why a class with the system's prefix is not one of the system's. */
function whyReserved({ metadata: { name = '' }, value, globalDefault }: PriorityClass): string | undefined {
  if (!name.startsWith(SYSTEM_PREFIX)) return undefined
  const wanted = SYSTEM_PRIORITY_CLASSES[name]
  if (wanted === undefined) return `${name} is not a known system priority class`
  if (value !== wanted) return `value of ${name} PriorityClass must be ${wanted}`
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}
