import type { Namespace } from '../../../api/kinds/core/namespace.ts'
import type { Pod } from '../../../api/kinds/core/pod.ts'
import { controllerOf } from '../../../api/meta.ts'
import { printReasons, violations } from './evaluate.ts'
import { type LevelVersion, printLevel } from './policy.ts'

/** So many pods are looked at when a namespace becomes stricter; the warning says when there are more. */
const PODS_MAX = 3000
const CHECK_MS = 1000

/** What to tell whoever makes a namespace stricter than the pods in it are; `now` is a clock that runs. */
export function podWarnings(
  namespace: Namespace['metadata']['name'],
  at: LevelVersion,
  pods: readonly Pod[],
  now: () => number,
): string[] {
  const inOrder = differentFirst(pods)
  const deadline = now() + CHECK_MS
  const byReason = new Map<string, string[]>()
  let checked = 0
  for (const pod of inOrder.slice(0, PODS_MAX)) {
    checked++
    const reasons = printReasons(violations(at, pod))
    if (reasons) byReason.set(reasons, [...(byReason.get(reasons) ?? []), pod.metadata.name])
    if (now() > deadline) break
  }
  const partly = `new PodSecurity enforce level only checked against the first ${checked} of ${pods.length} existing pods`
  const found = `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${printLevel(at)}"`
  return [
    ...(checked < pods.length ? [partly] : []),
    ...(byReason.size ? [found] : []),
    ...[...byReason].map(([reasons, names]) => `${printNames(names)}: ${reasons}`).sort(),
  ]
}

function printNames(names: string[]): string {
  const others = names.length - 1
  return `${names.sort()[0]}${others ? ` (and ${others} other pod${others === 1 ? '' : 's'})` : ''}`
}

/** Pods of one controller are alike: one of each stands before the others. */
function differentFirst(pods: readonly Pod[]): Pod[] {
  const seen = new Set<string>()
  const [first, rest]: [Pod[], Pod[]] = [[], []]
  for (const pod of pods) {
    const owner = controllerOf(pod)?.uid
    if (owner && seen.has(owner)) rest.push(pod)
    else first.push(pod)
    if (owner) seen.add(owner)
  }
  return [...first, ...rest]
}
