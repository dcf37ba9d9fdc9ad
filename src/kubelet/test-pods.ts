import type { Pod } from '../api/kinds/core/pod.ts'
import { containerHash } from './labels.ts'
import { allContainers, type Container } from './pod-spec.ts'
import { nothingSeen, type RuntimePod, type SeenContainer, type SeenSandbox } from './runtime-pod.ts'

/** For tests: a moment, and pods and what is seen of them at about that time. */
export const NOW = Date.parse('2026-01-01T12:00:00Z')

export const at = (seconds: number): number => NOW + seconds * 1000

export function container(name: string, more: Partial<Container> = {}): Container {
  return { name, image: 'busybox', terminationMessagePath: '/dev/termination-log', ...more }
}

type PodParts = Partial<Pod['spec']> & { metadata?: Partial<Pod['metadata']>; status?: Pod['status'] }

/** A pod with one container, `app`, unless it is said otherwise. */
export function podOf({ metadata, status, ...spec }: PodParts = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web',
      namespace: 'default',
      uid: 'uid-1',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T11:00:00Z',
      generation: 1,
      ...metadata,
    },
    spec: {
      containers: [container('app')],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      nodeName: 'a',
      ...spec,
    },
    status: { phase: 'Pending', qosClass: 'BestEffort', ...status },
  }
}

export function sandbox(more: Partial<SeenSandbox> = {}): SeenSandbox {
  return {
    id: 'sandbox-0',
    attempt: 0,
    ready: true,
    createdAtMs: at(-60),
    ips: ['10.0.0.5'],
    hostNetwork: false,
    ...more,
  }
}

/** A container of the pod as it is seen; `running` unless it is said otherwise. */
export function seenOf(pod: Pod, name: string, more: Partial<SeenContainer> = {}): SeenContainer {
  const wanted = allContainers(pod).find((each) => each.name === name)
  return {
    id: `${name}-${more.restartCount ?? 0}`,
    name,
    sandboxId: 'sandbox-0',
    state: 'running',
    restartCount: 0,
    hash: wanted ? containerHash(wanted) : '',
    backOffMs: 0,
    createdAtMs: at(-50),
    startedAtMs: at(-50),
    finishedAtMs: 0,
    exitCode: 0,
    reason: '',
    message: '',
    image: 'docker.io/library/busybox:latest',
    imageRef: 'docker.io/library/busybox@sha256:1',
    ...more,
  }
}

/** A container that has ended. */
export function endedOf(pod: Pod, name: string, exitCode: number, more: Partial<SeenContainer> = {}): SeenContainer {
  const reason = exitCode === 0 ? 'Completed' : 'Error'
  return seenOf(pod, name, { state: 'exited', exitCode, reason, finishedAtMs: at(-1), ...more })
}

/** A pod that stands in its sandbox with everything done for it on the node. */
export function seenPod(containers: readonly SeenContainer[] = [], more: Partial<RuntimePod> = {}): RuntimePod {
  return {
    ...nothingSeen(),
    sandboxes: [sandbox()],
    containers: [...containers],
    node: { prepared: true, volumesMountedAtMs: at(-60), cleaned: false, removed: false, deleted: false },
    ...more,
  }
}
