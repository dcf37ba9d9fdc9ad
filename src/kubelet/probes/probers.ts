import type { Pod } from '../../api/kinds/core/pod.ts'
import type { NodeDeps } from '../node-deps.ts'
import { allContainers, type Container, isHostNetwork } from '../pod-spec.ts'
import type { Health } from '../runtime-pod.ts'
import type { RuntimeView } from '../runtime-reader.ts'
import { ContainerProbes } from './container-probes.ts'

export interface FollowOptions {
  /** The pod has begun to stop. */
  ending: boolean
  /** Called when a verdict changes. */
  wake(): void
}

/** The probes of all containers of the node. */
export class Probers {
  private readonly deps: NodeDeps
  /** By pod and by container id. */
  private readonly pods = new Map<string, Map<string, ContainerProbes>>()

  constructor(deps: NodeDeps) {
    this.deps = deps
  }

  /** Probes what runs of the pod, and nothing that runs no longer. */
  follow(pod: Pod, { sandboxes, containers }: RuntimeView, { ending, wake }: FollowOptions): void {
    const { uid } = pod.metadata
    const probes = this.pods.get(uid) ?? new Map<string, ContainerProbes>()
    const podIP = isHostNetwork(pod) ? this.deps.node.hostIPs[0] : sandboxes[0]?.ips[0]
    const running = containers.filter(({ state }) => state === 'running')
    for (const [id, each] of probes) {
      if (!running.some((container) => container.id === id)) {
        each.stop()
        probes.delete(id)
      } else if (ending) each.end()
    }
    for (const { id, name, startedAtMs } of running) {
      const container = allContainers(pod).find((each) => each.name === name)
      if (ending || !container || probes.has(id) || !hasProbes(container)) continue
      probes.set(id, new ContainerProbes(this.deps, { pod, container, id, podIP: podIP ?? '' }, startedAtMs, wake))
    }
    if (probes.size > 0) this.pods.set(uid, probes)
    else this.pods.delete(uid)
  }

  /** What was found of a pod's containers, by id. */
  health(uid: string): Record<string, Health> {
    return Object.fromEntries([...(this.pods.get(uid) ?? [])].map(([id, { health }]) => [id, health]))
  }

  stop(uid: string): void {
    for (const each of this.pods.get(uid)?.values() ?? []) each.stop()
    this.pods.delete(uid)
  }
}

const hasProbes = ({ startupProbe, livenessProbe, readinessProbe }: Container) =>
  Boolean(startupProbe ?? livenessProbe ?? readinessProbe)
