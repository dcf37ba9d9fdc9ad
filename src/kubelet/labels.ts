import { createHash } from 'node:crypto'
import type { Pod } from '../api/kinds/core/pod.ts'
import type { Labels } from './cri/types.ts'
import type { Container } from './pod-spec.ts'

const POD_NAME = 'io.kubernetes.pod.name'
const POD_NAMESPACE = 'io.kubernetes.pod.namespace'
const POD_UID = 'io.kubernetes.pod.uid'
const CONTAINER_NAME = 'io.kubernetes.container.name'

const HASH = 'io.kubernetes.container.hash'
const RESTART_COUNT = 'io.kubernetes.container.restartCount'
const MESSAGE_PATH = 'io.kubernetes.container.terminationMessagePath'
const MESSAGE_POLICY = 'io.kubernetes.container.terminationMessagePolicy'
const PORTS = 'io.kubernetes.container.ports'
const PRE_STOP = 'io.kubernetes.container.preStopHandler'
const DELETION_GRACE = 'io.kubernetes.pod.deletionGracePeriod'
const TERMINATION_GRACE = 'io.kubernetes.pod.terminationGracePeriod'
/** Skiff's own: a restart of the kubelet forgets no back-off. */
const BACK_OFF = 'skiff.dev/container.backOffMs'

const podLabels = ({ metadata }: Pod): Labels => ({
  [POD_NAME]: metadata.name,
  [POD_NAMESPACE]: metadata.namespace ?? '',
  [POD_UID]: metadata.uid,
})

/** The labels of a pod's sandbox: the pod's own, and those by which the kubelet knows it again. */
export const sandboxLabels = (pod: Pod): Labels => ({ ...pod.metadata.labels, ...podLabels(pod) })

export const containerLabels = (pod: Pod, { name }: Container): Labels => ({
  ...podLabels(pod),
  [CONTAINER_NAME]: name,
})

/** What picks the sandboxes and containers of one pod out of all. */
export const selectPod = (uid: string): Labels => ({ [POD_UID]: uid })

/** What picks the containers of one name out of a pod's. */
export const selectContainer = (uid: string, name: string): Labels => ({ ...selectPod(uid), [CONTAINER_NAME]: name })

/** What a label set says of whose it is; empty strings where it says nothing. */
export function labelsOf(labels: Labels) {
  return {
    podName: labels[POD_NAME] ?? '',
    podNamespace: labels[POD_NAMESPACE] ?? '',
    podUid: labels[POD_UID] ?? '',
    containerName: labels[CONTAINER_NAME] ?? '',
  }
}

/** All that must be known about a container when its pod is no longer to be had. */
export function containerAnnotations(
  pod: Pod,
  container: Container,
  { restartCount, backOffMs }: { restartCount: number; backOffMs: number },
): Labels {
  const { deletionGracePeriodSeconds } = pod.metadata
  const { terminationGracePeriodSeconds } = pod.spec
  const preStop = container.lifecycle?.preStop
  return {
    [HASH]: containerHash(container),
    [RESTART_COUNT]: String(restartCount),
    [BACK_OFF]: String(backOffMs),
    [MESSAGE_PATH]: container.terminationMessagePath ?? '',
    [MESSAGE_POLICY]: container.terminationMessagePolicy ?? '',
    ...(deletionGracePeriodSeconds !== undefined && { [DELETION_GRACE]: String(deletionGracePeriodSeconds) }),
    ...(terminationGracePeriodSeconds !== undefined && { [TERMINATION_GRACE]: String(terminationGracePeriodSeconds) }),
    ...(preStop && { [PRE_STOP]: JSON.stringify(preStop) }),
    ...(container.ports?.length && { [PORTS]: JSON.stringify(container.ports) }),
  }
}

export function annotationsOf(annotations: Labels) {
  return {
    hash: annotations[HASH] ?? '',
    restartCount: Number(annotations[RESTART_COUNT] ?? 0),
    backOffMs: Number(annotations[BACK_OFF] ?? 0),
    terminationMessagePath: annotations[MESSAGE_PATH] ?? '',
    terminationMessagePolicy: annotations[MESSAGE_POLICY] ?? '',
  }
}

/** Changes when the container must be made anew: of all that a pod may change, only its image means that. */
export function containerHash({ name, image }: Container): string {
  return createHash('sha256').update(JSON.stringify({ image, name })).digest('hex').slice(0, 8)
}
