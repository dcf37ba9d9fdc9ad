import type { AnyContainer, PodSpec } from '../../../api/kinds/core/pod-spec/types.ts'

/** A pod, or the template of one. */
export interface CheckedPod {
  metadata: { annotations?: Readonly<Record<string, string>> }
  spec: PodSpec
}

/** Why a pod may not be: the reason in a few words, and what exactly of the pod is meant. */
export interface Violation {
  reason: string
  detail: string
}

export type CheckPod = (pod: CheckedPod) => Violation | undefined

/** One thing that a level asks for, in the versions that it went through. */
export interface PodSecurityCheck {
  /** Upstream's name; violations are listed in the order of names. */
  id: string
  level: 'baseline' | 'restricted'
  /** Oldest first; each applies from the minor version `since` on. */
  versions: readonly { since: number; check: CheckPod }[]
  /** The baseline check that this restricted one makes superfluous. */
  overrides?: string
}

/** All containers, in upstream's order. */
export function containersOf({ initContainers = [], containers = [], ephemeralContainers = [] }: PodSpec) {
  return [...initContainers, ...containers, ...ephemeralContainers] as readonly AnyContainer[]
}

/** The names of the containers of which something holds. */
export function namesOf(spec: PodSpec, holds: (container: AnyContainer) => boolean): string[] {
  return containersOf(spec)
    .filter(holds)
    .map(({ name }) => name)
}

export const quoted = (items: readonly string[]) => `"${items.join('", "')}"`

export const plural = (one: string, many: string, count: number) => (count === 1 ? one : many)

/** `container "a"`, `containers "a", "b"`. */
export function containerList(names: readonly string[]): string {
  return `${plural('container', 'containers', names.length)} ${quoted(names)}`
}

/** Who set something bad: `pod and container "a"`; '' when nobody did. */
export function setterList(byPod: boolean, names: readonly string[], ...others: string[]): string {
  return [...(byPod ? ['pod'] : []), ...(names.length ? [containerList(names)] : []), ...others].join(' and ')
}

/** Without what is there twice, in order. */
export const sortedSet = (items: Iterable<string>) => [...new Set(items)].sort()

/** Pods for Windows cannot have what only Linux knows. */
export function exceptWindows(check: CheckPod): CheckPod {
  return (pod) => (pod.spec.os?.name === 'windows' ? undefined : check(pod))
}

/** In a user namespace root is nobody. */
export function exceptInUserNamespace(check: CheckPod): CheckPod {
  return (pod) => (pod.spec.hostUsers === false ? undefined : check(pod))
}
