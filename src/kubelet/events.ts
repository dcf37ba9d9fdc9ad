import type { Pod } from '../api/kinds/core/pod.ts'
import type { EventRecorder } from '../client/event-recorder.ts'
import { fieldPathOf } from './pod-spec.ts'

/** Records events as the kubelet of this node. Never waits, never fails. */
export type KubeletEvents = Pick<EventRecorder, 'record'>

/** The events of one container. An id of the container in a message becomes its name, so that repeats look the same. */
export interface ContainerEvents {
  normal(reason: string, message: string): void
  warning(reason: string, message: string): void
}

export function containerEvents(events: KubeletEvents, pod: Pod, name: string, id?: string): ContainerEvents {
  const record = (type: 'Normal' | 'Warning') => (reason: string, message: string) => {
    const text = id ? message.replaceAll(id, name) : message
    events.record(pod, type, reason, text, { fieldPath: fieldPathOf(pod, name) })
  }
  return { normal: record('Normal'), warning: record('Warning') }
}
