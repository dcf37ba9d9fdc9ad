import { fileURLToPath } from 'node:url'
import type { OpenGrpc } from '../../os/grpc.ts'
import type { RuntimeEvent } from './types.ts'

const PROTO = fileURLToPath(new URL('containerd-events.proto', import.meta.url))

/** Where containerd's CRI plugin keeps its containers. */
const NAMESPACE = 'k8s.io'

/** The ends of containers are what matters: of all that the kubelet does itself it knows already. */
const TOPICS = ['/tasks/exit', '/tasks/oom']

/** Fields 1 and 2, both text. */
const CONTAINER_ID_TAG = 0x0a
const PROCESS_ID_TAG = 0x12

interface Envelope {
  topic: string
  event: { typeUrl: string; value: Uint8Array } | null
}

/** What containerd says of the containers of its Kubernetes namespace. */
export async function* containerdEvents(
  open: OpenGrpc,
  address: string,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent> {
  const service = open(PROTO, 'containerd.services.events.v1.Events', address)
  try {
    const filters = TOPICS.map((topic) => `namespace==${NAMESPACE},topic=="${topic}"`)
    for await (const { event } of service.stream<Envelope>('Subscribe', { filters }, { signal })) {
      const id = event && containerIdOf(event.value)
      if (id) yield { id }
    }
  } finally {
    service.close()
  }
}

/**
 * The container that a task event speaks of; `undefined` when the event is of a process that exec started in it.
 * Both ids lead the message of an exit as text fields (tag, length, bytes); an event of memory has only the first.
 */
export function containerIdOf(value: Uint8Array): string | undefined {
  const container = textField(value, 0, CONTAINER_ID_TAG)
  if (!container) return undefined
  const process = textField(value, container.end, PROCESS_ID_TAG)
  return process && process.text !== container.text ? undefined : container.text
}

function textField(value: Uint8Array, start: number, tag: number): { text: string; end: number } | undefined {
  const length = value[start + 1]
  // Ids are 64 hex digits, so their length fits one byte.
  if (value[start] !== tag || length === undefined || length >= 0x80) return undefined
  const end = start + 2 + length
  return { text: Buffer.from(value.subarray(start + 2, end)).toString('utf8'), end }
}
