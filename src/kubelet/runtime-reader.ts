import type { Fs } from '../os/fs.ts'
import { isMissing } from '../os/fs.ts'
import { isNotFound } from './cri/client.ts'
import type { Container, ContainerStatus, Cri, PodSandbox } from './cri/types.ts'
import { annotationsOf, selectPod } from './labels.ts'
import { newestFirst, type SeenContainer, seenContainer, type SeenSandbox, seenSandbox } from './runtime-pod.ts'

/** What the runtime knows of a pod. */
export interface RuntimeView {
  sandboxes: SeenSandbox[]
  containers: SeenContainer[]
}

const MESSAGE_MAX_BYTES = 4096
const LOG_MESSAGE_MAX_BYTES = 2048
const LOG_MESSAGE_MAX_LINES = 80
/** Enough of a log's end to hold the longest message with what the runtime writes before each line. */
const LOG_TAIL_BYTES = 16 * 1024

/** Asks the runtime about one pod. Containers that were seen to have ended (`before`) do not change any more. */
export async function readPod(
  { cri, fs }: { cri: Cri; fs: Fs },
  uid: string,
  before: readonly SeenContainer[] = [],
): Promise<RuntimeView> {
  const labelSelector = selectPod(uid)
  const [sandboxes, containers] = await Promise.all([
    cri.listPodSandbox({ labelSelector }),
    cri.listContainers({ labelSelector }),
  ])
  const ended = new Map(before.filter(({ state }) => state === 'exited').map((each) => [each.id, each]))
  const [seenSandboxes, seenContainers] = await Promise.all([
    Promise.all(
      sandboxes.sort((a, b) => b.metadata.attempt - a.metadata.attempt).map((each) => readSandbox(cri, each)),
    ),
    Promise.all(containers.map((each) => ended.get(each.id) ?? readContainer(cri, fs, each))),
  ])
  return {
    sandboxes: seenSandboxes,
    // One that was removed since it was listed is not there.
    containers: seenContainers.filter((each) => each !== undefined).sort(newestFirst),
  }
}

async function readSandbox(cri: Cri, sandbox: PodSandbox): Promise<SeenSandbox> {
  if (sandbox.state !== 'SANDBOX_READY') return seenSandbox(sandbox, undefined)
  try {
    return seenSandbox(sandbox, await cri.podSandboxStatus(sandbox.id))
  } catch (error) {
    if (!isNotFound(error)) throw error
    return seenSandbox({ ...sandbox, state: 'SANDBOX_NOTREADY' }, undefined)
  }
}

async function readContainer(cri: Cri, fs: Fs, container: Container): Promise<SeenContainer | undefined> {
  try {
    const status = await cri.containerStatus(container.id)
    return seenContainer(container, status, await terminationMessage(fs, status))
  } catch (error) {
    if (!isNotFound(error)) throw error
    return undefined
  }
}

/** What the container left to say at its end: in its file, or in its log when it failed and may use that. */
async function terminationMessage(fs: Fs, status: ContainerStatus): Promise<string> {
  if (status.state !== 'CONTAINER_EXITED') return ''
  const { terminationMessagePath, terminationMessagePolicy } = annotationsOf(status.annotations)
  const file = status.mounts.find(({ containerPath }) => containerPath === terminationMessagePath)?.hostPath
  const said = file && terminationMessagePath ? await tailText(fs, file, MESSAGE_MAX_BYTES) : ''
  const useLog = terminationMessagePolicy === 'FallbackToLogsOnError' && status.exitCode !== 0
  return said || !useLog ? said : lastLines(await tailText(fs, status.logPath, LOG_TAIL_BYTES))
}

async function tailText(fs: Fs, path: string, maxBytes: number): Promise<string> {
  try {
    return Buffer.from(await fs.readTail(path, maxBytes)).toString('utf8')
  } catch (error) {
    if (isMissing(error)) return ''
    return `Error on reading termination log ${path}: ${(error as Error).message}`
  }
}

/** The text of a runtime's log lines (`<time> <stream> <F or P> <text>`), cut to what a status holds. */
export function lastLines(log: string): string {
  const lines = log.split('\n').filter((line) => line !== '')
  const text = lines
    .slice(-LOG_MESSAGE_MAX_LINES)
    .map((line) => {
      const [, stream, flag] = line.split(' ', 3)
      const isLine = (stream === 'stdout' || stream === 'stderr') && (flag === 'F' || flag === 'P')
      if (!isLine) return ''
      return line.split(' ').slice(3).join(' ') + (flag === 'F' ? '\n' : '')
    })
    .join('')
  return Buffer.from(text).subarray(-LOG_MESSAGE_MAX_BYTES).toString('utf8')
}
