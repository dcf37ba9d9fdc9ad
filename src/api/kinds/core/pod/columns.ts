import type { IPod } from 'kubernetes-models/v1/Pod'
import type { Served } from '../../../meta.ts'
import { age, type ColumnShort } from '../../../kind.ts'
import { orNone, since } from '../../printing.ts'

type Pod = Served<IPod>

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

/** What `kubectl get pods` shows of a pod. */
export const columns: readonly ColumnShort<Pod>[] = [
  ['Ready', (pod) => summary(pod).ready, { description: 'How many containers are ready, of how many.' }],
  ['Status', (pod) => summary(pod).reason, { description: 'The aggregate status of the containers in this pod.' }],
  ['Restarts', restartsText, { description: 'How often its containers were restarted, and when last.' }],
  age,
  ['IP', ({ status }) => orNone(status?.podIPs?.[0]?.ip), { priority: 1, description: 'The address of the pod.' }],
  ['Node', ({ spec }) => orNone(spec.nodeName), { priority: 1, description: 'Where it runs.' }],
  [
    'Nominated Node',
    ({ status }) => orNone(status?.nominatedNodeName),
    { priority: 1, description: 'Where it will run once the pods it preempts are gone.' },
  ],
  ['Readiness Gates', readinessGates, { priority: 1, description: 'How many of its extra conditions hold.' }],
]

/** What the STATUS column says of a pod: its phase, or the most telling reason of its containers. */
export function podStatusText(pod: Pod): string {
  return summary(pod).reason
}

interface Tally {
  reason: string
  restarts: number
  lastRestart: string
  readyCount: number
}

function summary(pod: Pod): { ready: string; reason: string; restarts: number; lastRestart: string } {
  const { spec, status } = pod
  const sidecars = new Set(spec.initContainers?.filter(isSidecar).map(({ name }) => name))
  const init = tallyInit(pod, sidecars)
  const total = spec.containers.length + sidecars.size
  const main = !init.initializing || hasCondition(pod, 'Initialized') ? tallyMain(pod, init) : init
  return { ...main, ready: `${main.readyCount}/${total}`, reason: endingReason(pod) ?? main.reason ?? status?.phase }
}

const isSidecar = ({ restartPolicy }: { restartPolicy?: string }) => restartPolicy === 'Always'

function hasCondition({ status }: Pod, type: string): boolean {
  return status?.conditions?.find((condition) => condition.type === type)?.status === 'True'
}

/** What a pod in deletion says whatever its containers do. */
function endingReason({ metadata, status }: Pod): string | undefined {
  if (!metadata.deletionTimestamp) return undefined
  if (status?.reason === 'NodeLost') return 'Unknown'
  return status?.phase === 'Failed' || status?.phase === 'Succeeded' ? undefined : 'Terminating'
}

function baseReason({ status }: Pod): string {
  const gated = status?.conditions?.some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated')
  return gated ? 'SchedulingGated' : status?.reason || status?.phase || ''
}

/** Sums restarts; the sidecars' own are kept apart, since only they count once the pod is initialized. */
function tallyInit(pod: Pod, sidecars: Set<string>): Tally & { initializing: boolean; sidecars: Tally } {
  const all: Tally = { reason: baseReason(pod), restarts: 0, lastRestart: '', readyCount: 0 }
  const ofSidecars = { ...all }
  for (const [index, container] of (pod.status?.initContainerStatuses ?? []).entries()) {
    addRestarts(all, container)
    const sidecar = sidecars.has(container.name)
    if (sidecar) addRestarts(ofSidecars, container)
    if (container.state?.terminated?.exitCode === 0) continue
    if (sidecar && container.started) {
      if (container.ready) all.readyCount++
      continue
    }
    const reason = initReason(container) ?? `Init:${index}/${pod.spec.initContainers?.length ?? 0}`
    return { ...all, reason, initializing: true, sidecars: ofSidecars }
  }
  return { ...all, initializing: false, sidecars: ofSidecars }
}

function initReason({ state }: ContainerStatus): string | undefined {
  if (state?.terminated) return `Init:${endReason(state.terminated)}`
  const waiting = state?.waiting?.reason
  return waiting && waiting !== 'PodInitializing' ? `Init:${waiting}` : undefined
}

function endReason({ reason, signal, exitCode }: { reason?: string; signal?: number; exitCode: number }): string {
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`)
}

function addRestarts(tally: Tally, { restartCount, lastState }: ContainerStatus): void {
  const finished = lastState?.terminated?.finishedAt ?? ''
  tally.restarts += restartCount
  if (finished > tally.lastRestart) tally.lastRestart = finished
}

function tallyMain(pod: Pod, init: ReturnType<typeof tallyInit>): Tally {
  const tally: Tally = { ...init.sidecars, reason: init.reason, readyCount: init.readyCount }
  let running = false
  let failure = ''
  // The first container has the last word.
  for (const container of (pod.status?.containerStatuses ?? []).toReversed()) {
    const { waiting, terminated, running: runs } = container.state ?? {}
    addRestarts(tally, container)
    if (waiting?.reason) {
      tally.reason = waiting.reason
    } else if (terminated) {
      tally.reason = endReason(terminated)
      if (terminated.exitCode !== 0) failure = tally.reason
    } else if (container.ready && runs) {
      running = true
      tally.readyCount++
    }
  }
  if (tally.reason !== 'Completed') return tally
  // Some containers have completed: what do the others say?
  if (running && hasCondition(pod, 'Ready')) return { ...tally, reason: 'Running' }
  return { ...tally, reason: failure || (running ? 'NotReady' : 'Completed') }
}

function restartsText(pod: Pod, now: number): string {
  const { restarts, lastRestart } = summary(pod)
  return restarts && lastRestart ? `${restarts} (${since(lastRestart, now)} ago)` : String(restarts)
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? []
  if (gates.length === 0) return '<none>'
  const met = gates.filter(({ conditionType }) => hasCondition(pod, conditionType))
  return `${met.length}/${gates.length}`
}
