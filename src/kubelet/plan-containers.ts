import type { Pod } from '../api/kinds/core/pod.ts'
import { formatBackOff, nextBackOffMs, restartAtMs } from './back-off.ts'
import { type Container, ephemeralContainers, formatPod, initContainers, isSidecar } from './pod-spec.ts'
import { restartsOnFailure, restartsAfter, shouldBeRestarted } from './restarts.ts'
import { containerHash } from './labels.ts'
import { findContainer, type RuntimePod, type SeenContainer } from './runtime-pod.ts'

/** A container to make and to start. */
export interface Start {
  container: Container
  kind: 'init' | 'app' | 'ephemeral'
  restartCount: number
  /** What the new container carries for its own end. */
  backOffMs: number
}

/** A container to end. */
export interface Kill {
  id: string
  name: string
  /** Absent for a pod of which nothing but its containers is known. */
  container?: Container
  graceMs: number
  /** What the event says. */
  message: string
  /** Containers that must have ended before this one is told to. */
  after: readonly string[]
}

/** A container that waits before it is made again. */
export interface BackingOff {
  container: Container
  untilMs: number
  /** The end that it is held up for; absent when it could not be started at all. */
  crashed?: SeenContainer
}

export interface ContainerPlan {
  start: Start[]
  kill: Kill[]
  backingOff: BackingOff[]
  /** Nothing is left to run: the sandbox is to go. */
  finished: boolean
}

/** Which containers to start and which to end, in a sandbox that is there. Follows upstream's computePodActions. */
export function planContainers(pod: Pod, seen: RuntimePod, now: number): ContainerPlan {
  const plan: ContainerPlan = { start: [], kill: [], backingOff: [], finished: false }
  for (const container of ephemeralContainers(pod)) {
    if (!findContainer(seen, container.name)) considerStart(plan, { seen, now }, container, 'ephemeral')
  }
  const init = planInit(pod, seen)
  if (init.failed) return { ...plan, finished: true }
  plan.kill.push(...init.kill)
  const app = init.initialized ? planApp(pod, seen) : { start: [], kill: [], running: 1 }
  if (app.running === 0 && app.start.length === 0) return { ...plan, finished: true }
  for (const container of init.start) {
    if (!considerStart(plan, { seen, now }, container, 'init') && !isSidecar(container)) return plan
  }
  plan.kill.push(...app.kill)
  for (const container of app.start) considerStart(plan, { seen, now }, container, 'app')
  return plan
}

interface Moment {
  seen: RuntimePod
  now: number
}

/** Puts the container among those to start unless it has to wait; says whether it did. */
function considerStart(plan: ContainerPlan, { seen, now }: Moment, container: Container, kind: Start['kind']) {
  const { name } = container
  const ended = seen.containers.find((each) => each.name === name && each.state === 'exited')
  const untilMs = Math.max(ended ? restartAtMs(ended) : 0, seen.failures[name]?.retryAtMs ?? 0)
  if (untilMs > now) {
    const crashed = ended && restartAtMs(ended) > now ? { crashed: ended } : {}
    plan.backingOff.push({ container, untilMs, ...crashed })
    return false
  }
  const latest = findContainer(seen, name)
  plan.start.push({
    container,
    kind,
    restartCount: latest ? latest.restartCount + 1 : 0,
    backOffMs: nextBackOffMs(ended),
  })
  return true
}

/** What `state.waiting` says of a container that waits after a crash; nothing when it does not. */
export function crashLoop(pod: Pod, seen: RuntimePod, name: string, now: number) {
  const ended = seen.containers.find((each) => each.name === name && each.state === 'exited')
  if (!ended || restartAtMs(ended) <= now) return undefined
  const backOff = formatBackOff(ended.backOffMs)
  return {
    reason: 'CrashLoopBackOff',
    message: `back-off ${backOff} restarting failed container=${name} pod=${formatPod(pod)}`,
  }
}

interface InitPlan {
  initialized: boolean
  failed: boolean
  start: Container[]
  kill: Kill[]
}

/** From the last one back: later ones tell that earlier ones were done, even when those are no longer there. */
function planInit(pod: Pod, seen: RuntimePod): InitPlan {
  const containers = initContainers(pod)
  const started = pod.spec.containers.some(({ name }) => {
    const state = findContainer(seen, name)?.state
    return state === 'created' || state === 'running'
  })
  const plan: InitPlan = { initialized: started || containers.length === 0, failed: false, start: [], kill: [] }
  let before = started
  for (const [i, container] of [...containers.entries()].reverse()) {
    const latest = findContainer(seen, container.name)
    if (!latest) {
      if (before && isSidecar(container)) plan.start.push(container)
      continue
    }
    if (before && !isSidecar(container)) continue
    const next = containers[i + 1]
    if (planOneInit(pod, seen, { container, latest, plan })) {
      if (!next) plan.initialized = true
      else if (!before) plan.start.push(next)
    }
    if (plan.failed) return plan
    before = true
  }
  const first = containers[0]
  if (!before && first) plan.start.push(first)
  plan.start.reverse()
  return plan
}

interface OneInit {
  container: Container
  latest: SeenContainer
  plan: InitPlan
}

/** Plans for one init container that was made; says whether the one after it may start. */
function planOneInit(pod: Pod, seen: RuntimePod, { container, latest, plan }: OneInit): boolean {
  if (latest.state === 'running')
    return isSidecar(container) && planRunningSidecar(pod, seen, { container, latest, plan })
  if (latest.state === 'exited' && !isSidecar(container)) {
    if (!hasFailed(latest)) return true
    if (restartsAfter(pod, container, latest.exitCode)) plan.start.push(container)
    else Object.assign(plan, { failed: true, start: [] })
    return false
  }
  if (latest.state === 'unknown') {
    if (!isSidecar(container) && !restartsOnFailure(pod, container)) {
      Object.assign(plan, { failed: true, start: [] })
      return false
    }
    const message = 'Init container is in "unknown" state, try killing it before restart'
    plan.kill.push(killOf(pod, container, latest, message))
  }
  plan.start.push(container)
  return false
}

function planRunningSidecar(pod: Pod, seen: RuntimePod, { container, latest, plan }: OneInit): boolean {
  const health = seen.health[latest.id]
  const again = (message: string) => {
    plan.kill.push(killOf(pod, container, latest, message, { probe: true }))
    plan.start.push(container)
  }
  if (container.startupProbe && !health?.started) {
    if (health && !health.live) again(`Init container ${container.name} failed startup probe`)
    return false
  }
  if (containerHash(container) !== latest.hash) again(`Init container ${container.name} definition changed`)
  else if (health && !health.live) again(`Init container ${container.name} failed liveness probe`)
  return true
}

/** A container that was killed for its memory has failed, whatever its exit code says. */
const hasFailed = ({ exitCode, reason }: SeenContainer) => exitCode !== 0 || reason === 'OOMKilled'

function planApp(pod: Pod, seen: RuntimePod): { start: Container[]; kill: Kill[]; running: number } {
  const plan = { start: [] as Container[], kill: [] as Kill[], running: 0 }
  for (const container of pod.spec.containers) {
    const latest = findContainer(seen, container.name)
    if (latest?.state !== 'running') {
      if (!shouldBeRestarted(pod, container, latest)) continue
      plan.start.push(container)
      const message = 'Container is in "unknown" state, try killing it before restart'
      if (latest?.state === 'unknown') plan.kill.push(killOf(pod, container, latest, message))
      continue
    }
    const why = whyEnd(container, latest, seen)
    if (!why) {
      plan.running++
      continue
    }
    const restart = why.always || restartsOnFailure(pod, container)
    const message = restart ? `${why.message}, will be restarted` : why.message
    plan.kill.push(killOf(pod, container, latest, message, { probe: !why.always }))
    if (restart) plan.start.push(container)
  }
  return plan
}

/** Why a running container may not go on, if so; `always`: another one takes its place whatever the policy. */
function whyEnd(container: Container, latest: SeenContainer, seen: RuntimePod) {
  const { name } = container
  if (containerHash(container) !== latest.hash) return { message: `Container ${name} definition changed`, always: true }
  const health = seen.health[latest.id]
  if (!health || health.live) return undefined
  const probe = health.started ? 'liveness' : 'startup'
  return { message: `Container ${name} failed ${probe} probe`, always: false }
}

/** A kill with the pod's grace period, or with that of the probe that failed. */
function killOf(
  pod: Pod,
  container: Container,
  { id, name }: SeenContainer,
  message: string,
  { probe = false }: { probe?: boolean } = {},
): Kill {
  const ofProbe = container.livenessProbe?.terminationGracePeriodSeconds
  const seconds = (probe ? ofProbe : undefined) ?? pod.spec.terminationGracePeriodSeconds ?? 30
  return { id, name, container, graceMs: seconds * 1000, message, after: [] }
}
