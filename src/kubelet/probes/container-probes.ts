import { sleep } from '../../std/clock.ts'
import { containerEvents } from '../events.ts'
import type { NodeDeps } from '../node-deps.ts'
import type { Probe } from '../pod-spec.ts'
import type { Health } from '../runtime-pod.ts'
import { type ProbeTarget, runProbe } from './run-probe.ts'

type ProbeName = 'Startup' | 'Liveness' | 'Readiness'

const DEFAULT_PERIOD_SECONDS = 10
const DEFAULT_FAILURE_THRESHOLD = 3

/** The probes of one running container, from its start to its end. Another container gets probes of its own. */
export class ContainerProbes {
  private readonly deps: NodeDeps
  private readonly target: ProbeTarget
  private readonly changed: () => void
  private readonly stopped = new AbortController()
  private readonly stopsEarly = new AbortController()
  private state: Health

  constructor(deps: NodeDeps, target: ProbeTarget, startedAtMs: number, changed: () => void) {
    this.deps = deps
    this.target = target
    this.changed = changed
    this.state = initialHealth(target)
    const { startupProbe, livenessProbe, readinessProbe } = target.container
    const early = AbortSignal.any([this.stopped.signal, this.stopsEarly.signal])
    this.follow('Startup', startupProbe, startedAtMs, early)
    this.follow('Liveness', livenessProbe, startedAtMs, early)
    this.follow('Readiness', readinessProbe, startedAtMs, this.stopped.signal)
  }

  get health(): Health {
    return this.state
  }

  /** A pod that ends is still asked whether it is ready, but no longer whether it lives. */
  end(): void {
    this.stopsEarly.abort()
  }

  stop(): void {
    this.stopped.abort()
  }

  private follow(name: ProbeName, probe: Probe | undefined, startedAtMs: number, signal: AbortSignal): void {
    if (!probe) return
    this.loop(name, probe, startedAtMs, signal).catch((error: unknown) => {
      if (!signal.aborted) this.deps.env.log.error('a probe ended', { container: this.target.id, error: String(error) })
    })
  }

  private async loop(name: ProbeName, probe: Probe, startedAtMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.deps.env
    const firstAtMs = startedAtMs + (probe.initialDelaySeconds ?? 0) * 1000
    await sleep(clock, Math.max(firstAtMs - clock.now(), 0), signal)
    let last: boolean | undefined
    let streak = 0
    for (;;) {
      if (this.isDue(name)) {
        const { ok, output } = await runProbe(this.deps, this.target, probe)
        if (signal.aborted) return
        if (!ok) this.warn(name, output)
        streak = ok === last ? streak + 1 : 1
        last = ok
        const threshold = ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? DEFAULT_FAILURE_THRESHOLD)
        if (streak >= threshold && this.judge(name, ok)) return
      }
      await sleep(clock, (probe.periodSeconds ?? DEFAULT_PERIOD_SECONDS) * 1000, signal)
    }
  }

  /** The other probes wait for a container to have started. */
  private isDue(name: ProbeName): boolean {
    return name === 'Startup' ? !this.state.started : this.state.started
  }

  private warn(name: ProbeName, output: string): void {
    const { pod, container, id } = this.target
    containerEvents(this.deps.events, pod, container.name, id).warning('Unhealthy', `${name} probe failed: ${output}`)
  }

  /** Takes a verdict in; says whether the probe has no more to find out. */
  private judge(name: ProbeName, ok: boolean): boolean {
    const before = this.state
    if (name === 'Readiness') this.state = { ...before, ready: ok }
    else if (name === 'Startup') this.state = { ...before, started: ok, live: ok }
    else this.state = { ...before, live: ok }
    const { started, live, ready } = this.state
    if (started !== before.started || live !== before.live || ready !== before.ready) this.changed()
    return name === 'Startup' || (name === 'Liveness' && !ok)
  }
}

/** A container that was known to be well when the kubelet was last here is taken to be so still. */
function initialHealth({ pod, container, id }: ProbeTarget): Health {
  const statuses = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])]
  const old = statuses.find(({ containerID }) => containerID?.endsWith(`://${id}`))
  return {
    started: !container.startupProbe || old?.started === true,
    live: true,
    ready: !container.readinessProbe || old?.ready === true,
  }
}
