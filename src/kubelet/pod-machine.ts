import type { Pod } from '../api/kinds/core/pod.ts'
import { planContainers, type Kill, type Start } from './plan-containers.ts'
import { allContainers, formatPod, graceSeconds, initContainers, isHostNetwork, isSidecar } from './pod-spec.ts'
import { restartsAfter, restartsOnFailure, wasInitialized } from './restarts.ts'
import { findContainer, type RuntimePod, type SeenContainer } from './runtime-pod.ts'
import { phaseNow } from './status/phase.ts'
import { REFRESHED_VOLUMES, VOLUME_REFRESH_MS } from './volumes/refresh.ts'

/** Why a pod began to stop. All but `DeadlineExceeded` leave reason and message of its status as they are. */
export type EndReason = 'deleted' | 'gone' | 'finished' | 'DeadlineExceeded'

/** Goes only forward: a pod that began to stop never starts again. */
export type PodState =
  | { phase: 'syncing' }
  | { phase: 'terminating'; reason: EndReason; deadlineMs: number }
  | { phase: 'terminated'; reason: EndReason }

export type Action =
  /** Cgroup and directories. */
  | { do: 'prepare' }
  | { do: 'mountVolumes' }
  | { do: 'createSandbox'; attempt: number }
  | { do: 'startContainer'; start: Start }
  /** All at once, but for the order that each one's `after` asks for. */
  | { do: 'killContainers'; kills: readonly Kill[] }
  | { do: 'stopSandboxes'; ids: readonly string[] }
  | { do: 'removeContainers'; ids: readonly string[] }
  | { do: 'removeSandboxes'; ids: readonly string[] }
  /** Volumes and cgroup. */
  | { do: 'cleanUp' }
  /** Directories and logs. */
  | { do: 'removeData' }
  /** Tells the API server that nothing is left, which lets the object go. */
  | { do: 'deletePod' }
  /** An event; one that has a key is recorded once for it. */
  | { do: 'record'; type: 'Normal' | 'Warning'; reason: string; message: string; container?: string; once?: string }

export interface Step {
  next: PodState
  /** In this order; one that fails ends the row, unless it is the start of a container. */
  actions: Action[]
  /** When to look again even if nothing happens. */
  wakeAtMs?: number
  /** The pod is gone, and so is all that it had on this node. */
  done?: true
}

/** Containers of one name that are kept: the one that counts, and the one before it for `logs --previous`. */
const KEPT_PER_NAME = 2

/** A pod that is no longer in the API is not waited for. */
const GONE_GRACE_MS = 1000

/** What to do now, given what is wanted (`undefined`: gone) and what runs. Touches nothing. */
export function step(state: PodState, want: Pod | undefined, seen: RuntimePod, now: number): Step {
  switch (state.phase) {
    case 'syncing': {
      const reason = whyEnd(want, seen, now)
      if (!reason && want) return sync(want, seen, now)
      return terminate({ phase: 'terminating', reason: reason ?? 'gone', deadlineMs: Infinity }, want, seen, now)
    }
    case 'terminating':
      return terminate(state, want, seen, now)
    case 'terminated':
      return clear(state, want, seen)
  }
}

function whyEnd(want: Pod | undefined, seen: RuntimePod, now: number): EndReason | undefined {
  if (!want) return 'gone'
  if (want.metadata.deletionTimestamp) return 'deleted'
  const { phase } = want.status
  if (phase === 'Succeeded' || phase === 'Failed') return 'finished'
  const deadlineMs = activeUntilMs(want)
  if (deadlineMs !== undefined && deadlineMs <= now) return 'DeadlineExceeded'
  const current = phaseNow(want, seen, now)
  return current === 'Succeeded' || current === 'Failed' ? 'finished' : undefined
}

function activeUntilMs({ spec, status }: Pod): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || !status.startTime) return undefined
  return Date.parse(status.startTime) + spec.activeDeadlineSeconds * 1000
}

const earliest = (...moments: (number | undefined)[]): number | undefined => {
  const known = moments.filter((moment) => moment !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}

const withWake = (result: Step, wakeAtMs: number | undefined): Step =>
  wakeAtMs === undefined ? result : { ...result, wakeAtMs }

function sync(want: Pod, seen: RuntimePod, now: number): Step {
  const next: PodState = { phase: 'syncing' }
  const deadlineMs = activeUntilMs(want)
  const retryAtMs = seen.failures['']?.retryAtMs ?? 0
  if (retryAtMs > now) return withWake({ next, actions: [] }, earliest(retryAtMs, deadlineMs))
  const volumes = volumesDue(want, seen, now)
  const before: Action[] = [
    ...(seen.node.prepared ? [] : [{ do: 'prepare' } as const]),
    ...(volumes.due ? [{ do: 'mountVolumes' } as const] : []),
  ]
  const { change, attempt, id } = sandboxChange(want, seen)
  if (change && !mayReplaceSandbox(want, seen)) return { next, actions: endAll(want, seen, graceSeconds(want) * 1000) }
  if (change) return { next, actions: [...replaceSandbox(want, seen, id), ...before, { do: 'createSandbox', attempt }] }

  const plan = planContainers(want, seen, now)
  if (plan.finished) return { next, actions: endAll(want, seen, graceSeconds(want) * 1000) }
  const actions: Action[] = [
    ...before,
    ...(plan.kill.length > 0 ? [{ do: 'killContainers', kills: plan.kill } as const] : []),
    ...plan.backingOff.flatMap(({ crashed, container }) =>
      crashed ? [backOffEvent(want, container.name, crashed)] : [],
    ),
    ...plan.start.map((start) => ({ do: 'startContainer', start }) as const),
    ...prune(seen),
  ]
  const waits = plan.backingOff.map(({ untilMs }) => untilMs)
  return withWake({ next, actions }, earliest(deadlineMs, volumes.againAtMs, ...waits))
}

const backOffEvent = (pod: Pod, container: string, { id }: SeenContainer): Action => ({
  do: 'record',
  type: 'Warning',
  reason: 'BackOff',
  message: `Back-off restarting failed container ${container} in pod ${formatPod(pod)}`,
  container,
  once: id,
})

/** Volumes are mounted once, and those whose content follows an object are written again from time to time. */
function volumesDue(want: Pod, { node: { volumesMountedAtMs } }: RuntimePod, now: number) {
  if (volumesMountedAtMs === undefined) return { due: true }
  if (!want.spec.volumes?.some((volume) => REFRESHED_VOLUMES.some((type) => type in volume))) return { due: false }
  const againAtMs = volumesMountedAtMs + VOLUME_REFRESH_MS
  return { due: againAtMs <= now, againAtMs: Math.max(againAtMs, now + 1) }
}

/** Whether the pod needs another sandbox than the one it has, and as which attempt. */
export function sandboxChange(want: Pod, { sandboxes }: RuntimePod): { change: boolean; attempt: number; id?: string } {
  const [newest] = sandboxes
  if (!newest) return { change: true, attempt: 0 }
  const { id, attempt, ready, ips, hostNetwork } = newest
  const fits = ready && sandboxes.filter((sandbox) => sandbox.ready).length === 1
  if (fits && hostNetwork === isHostNetwork(want) && (hostNetwork || ips.length > 0))
    return { change: false, attempt, id }
  return { change: true, attempt: attempt + 1, id }
}

/** Another sandbox is of use only while there is something to run in it. */
function mayReplaceSandbox(want: Pod, seen: RuntimePod): boolean {
  if (seen.containers.length === 0) return true
  if (!want.spec.containers.some((container) => restartsOnFailure(want, container))) return false
  const toStart = want.spec.containers.some((container) => {
    const latest = findContainer(seen, container.name)
    return latest?.state !== 'exited' || restartsAfter(want, container, latest.exitCode)
  })
  return toStart || !wasInitialized(want, seen)
}

/** What must go before another sandbox can come. */
function replaceSandbox(want: Pod, seen: RuntimePod, id: string | undefined): Action[] {
  if (!id) return []
  const ofInit = new Set(initContainers(want).map(({ name }) => name))
  const purged = seen.containers.filter(({ name }) => ofInit.has(name)).map((container) => container.id)
  return [
    {
      do: 'record',
      type: 'Normal',
      reason: 'SandboxChanged',
      message: 'Pod sandbox changed, it will be killed and re-created.',
    },
    ...endAll(want, seen, graceSeconds(want) * 1000),
    ...(purged.length > 0 ? [{ do: 'removeContainers', ids: purged } as const] : []),
  ]
}

/** Ends what runs, and then the sandboxes that are still there. */
function endAll(want: Pod | undefined, seen: RuntimePod, graceMs: number): Action[] {
  const running = seen.containers.filter(({ state }) => state === 'running' || state === 'unknown')
  const ready = seen.sandboxes.filter((sandbox) => sandbox.ready).map(({ id }) => id)
  return [
    ...(running.length > 0 ? [{ do: 'killContainers', kills: killAll(want, running, graceMs) } as const] : []),
    ...(ready.length > 0 ? [{ do: 'stopSandboxes', ids: ready } as const] : []),
  ]
}

/** Sidecars end after all else, the last one first. */
function killAll(want: Pod | undefined, running: readonly SeenContainer[], graceMs: number): Kill[] {
  const sidecars = want ? initContainers(want).filter(isSidecar) : []
  const order = sidecars.map(({ name }) => name)
  const names = running.map(({ name }) => name)
  return running.map(({ id, name }) => {
    const container = want && allContainers(want).find((each) => each.name === name)
    const place = order.indexOf(name)
    const after = place < 0 ? [] : names.filter((other) => !order.slice(0, place + 1).includes(other))
    return { id, name, ...(container && { container }), graceMs, message: `Stopping container ${name}`, after }
  })
}

type Terminating = Extract<PodState, { phase: 'terminating' }>

function terminate(state: Terminating, want: Pod | undefined, seen: RuntimePod, now: number): Step {
  const graceMs = want ? Math.max(graceSeconds(want) * 1000, GONE_GRACE_MS) : GONE_GRACE_MS
  // A later deletion may give less time than the first one, never more.
  const deadlineMs = Math.min(state.deadlineMs, now + graceMs)
  const actions = endAll(want, seen, Math.max(deadlineMs - now, 0))
  if (state.deadlineMs === Infinity && state.reason === 'DeadlineExceeded') actions.unshift(DEADLINE_EVENT)
  const { reason } = state
  if (actions.some(({ do: what }) => what !== 'record'))
    return { next: { phase: 'terminating', reason, deadlineMs }, actions }
  return { next: { phase: 'terminated', reason }, actions }
}

/** The status of a pod that outlived its deadline says the same. */
export const DEADLINE_MESSAGE = 'Pod was active on the node longer than the specified deadline'

const DEADLINE_EVENT: Action = {
  do: 'record',
  type: 'Normal',
  reason: 'DeadlineExceeded',
  message: DEADLINE_MESSAGE,
}

/** Frees what the pod had. Its containers stay for their logs until the object is to go. */
function clear(next: Extract<PodState, { phase: 'terminated' }>, want: Pod | undefined, seen: RuntimePod): Step {
  const actions: Action[] = seen.node.cleaned ? [] : [{ do: 'cleanUp' }]
  if (want && !want.metadata.deletionTimestamp) return { next, actions: [...actions, ...prune(seen)] }
  const containers = seen.containers.map(({ id }) => id)
  const sandboxes = seen.sandboxes.map(({ id }) => id)
  if (containers.length > 0) actions.push({ do: 'removeContainers', ids: containers })
  if (sandboxes.length > 0) actions.push({ do: 'removeSandboxes', ids: sandboxes })
  if (!seen.node.removed) actions.push({ do: 'removeData' })
  if (want && !seen.node.deleted) actions.push({ do: 'deletePod' })
  return !want && actions.length === 0 ? { next, actions, done: true } : { next, actions }
}

/** Dead containers and sandboxes that nothing refers to any longer. */
function prune({ containers, sandboxes }: RuntimePod): Action[] {
  const names = [...new Set(containers.map(({ name }) => name))]
  const old = names.flatMap((name) => containers.filter((each) => each.name === name).slice(KEPT_PER_NAME))
  const dead = old.filter(({ state }) => state === 'exited' || state === 'created').map(({ id }) => id)
  const inUse = new Set(containers.filter(({ id }) => !dead.includes(id)).map(({ sandboxId }) => sandboxId))
  const empty = sandboxes.slice(1).filter(({ id, ready }) => !ready && !inUse.has(id))
  return [
    ...(dead.length > 0 ? [{ do: 'removeContainers', ids: dead } as const] : []),
    ...(empty.length > 0 ? [{ do: 'removeSandboxes', ids: empty.map(({ id }) => id) } as const] : []),
  ]
}
