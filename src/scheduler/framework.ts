import type { Kind } from '../api/kind.ts'
import type { Pod } from '../api/kinds/core/pod.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'

/** A node can take the pod, as far as one plugin can tell. */
export const fits = undefined

/** Why a node cannot take the pod. */
export interface Refusal {
  /** In upstream's words; one for each thing that stands in the way. */
  reasons: readonly string[]
  /** Whether evicting other pods from the node could help. */
  preemptionHelps: boolean
}

export type Verdict = Refusal | typeof fits

export function refuse(reason: string | readonly string[], { preemptionHelps = true } = {}): Refusal {
  return { reasons: typeof reason === 'string' ? [reason] : reason, preemptionHelps }
}

/** What can happen to an object that matters to scheduling. */
export type Change =
  | 'added'
  | 'removed'
  | 'allocatable'
  | 'labels'
  | 'taints'
  | 'unschedulable'
  | 'tolerations'
  | 'requests'
  | 'gates'

/** Changes of a kind that can turn a plugin's refusal into a yes. */
export interface RetryOn {
  kind: Kind<never> | Kind | { kind: string }
  change: readonly Change[]
}

/** Scores lie between 0 and this after they have been normalised. */
export const SCORE_MAX = 100

/** One rule of scheduling. It is a function of the pod and the node; it keeps nothing. */
export interface Plugin {
  name: string
  /** How much its score counts; 1 when absent. */
  weight?: number
  retryOn: readonly RetryOn[]
  /** Whether the pod may be tried at all; a message says why not. */
  preEnqueue?(pod: Pod): string | undefined
  /** Whether the plugin has anything to say about this pod; it is left out for the rest of the cycle when not. */
  concerns?(pod: PodInfo): boolean
  filter?(pod: PodInfo, node: NodeInfo): Verdict
  score?(pod: PodInfo, node: NodeInfo): number
  /** Brings the raw scores of all nodes between 0 and SCORE_MAX; they are taken as they are when absent. */
  normalize?(scores: readonly number[]): number[]
}

export function plugin(definition: Plugin): Plugin {
  return definition
}

/** The largest raw score becomes SCORE_MAX, the others keep their share. */
export function highestIsBest(scores: readonly number[]): number[] {
  const max = Math.max(0, ...scores)
  return scores.map((score) => (max === 0 ? score : Math.floor((score * SCORE_MAX) / max)))
}

/** The largest raw score becomes 0, and 0 becomes SCORE_MAX. */
export function lowestIsBest(scores: readonly number[]): number[] {
  return Math.max(0, ...scores) === 0
    ? scores.map(() => SCORE_MAX)
    : highestIsBest(scores).map((score) => SCORE_MAX - score)
}
