import type { ILifecycleHandler } from 'kubernetes-models/v1/LifecycleHandler'
import type { Pod } from '../api/kinds/core/pod.ts'
import { sleep } from '../std/clock.ts'
import { rpcMessage } from './cri/client.ts'
import { httpGetUrl } from './http-action.ts'
import type { NodeDeps } from './node-deps.ts'
import { type Container, formatPod } from './pod-spec.ts'

export interface HookTarget {
  pod: Pod
  container: Container
  id: string
  podIP: string
}

const HTTP_TIMEOUT_MS = 30_000

/** Runs a lifecycle hook to its end; throws with the message that a status may show. */
export async function runHook(
  deps: NodeDeps,
  target: HookTarget,
  hook: ILifecycleHandler,
  signal: AbortSignal,
): Promise<void> {
  const where = `for Container ${JSON.stringify(target.container.name)} in Pod ${JSON.stringify(formatPod(target.pod))}`
  const failed = (what: string, why: string) => new Error(`${what} ${where} failed - error: ${why}`)
  if (hook.exec) {
    const command = hook.exec.command ?? []
    const error = await execError(deps, target.id, command, signal)
    if (error) throw failed(`Exec lifecycle hook ([${command.join(' ')}])`, `${error.why}, message: ${error.output}`)
  } else if (hook.httpGet) {
    const { url, headers } = httpGetUrl(hook.httpGet, target)
    await deps.os.httpGet({ url, headers, timeoutMs: HTTP_TIMEOUT_MS, signal }).catch((error: unknown) => {
      throw failed(`HTTP lifecycle hook (${hook.httpGet?.path ?? ''})`, rpcMessage(error))
    })
  } else if (hook.sleep) {
    await sleep(deps.env.clock, hook.sleep.seconds * 1000, signal).catch(() => {
      throw failed(`Sleep lifecycle hook (${hook.sleep?.seconds})`, 'container terminated before sleep hook finished')
    })
  } else {
    throw new Error('Cannot run handler: invalid handler')
  }
}

/** What went wrong with a command in a container, if anything did. */
async function execError({ cri }: NodeDeps, id: string, command: readonly string[], signal: AbortSignal) {
  try {
    const { exitCode, stdout, stderr } = await cri.execSync(id, command, 0, { signal })
    if (exitCode === 0) return undefined
    const output = Buffer.concat([stdout, stderr]).toString('utf8')
    const why = `command '${command.join(' ')}' exited with ${exitCode}: ${Buffer.from(stderr).toString('utf8')}`
    return { why, output: JSON.stringify(output) }
  } catch (error) {
    return { why: rpcMessage(error), output: '""' }
  }
}
