import type { Pod } from '../../api/kinds/core/pod.ts'
import { rpcMessage } from '../cri/client.ts'
import { GrpcError } from '../../os/grpc.ts'
import { httpGetUrl, portNumber } from '../http-action.ts'
import type { NodeDeps } from '../node-deps.ts'
import type { Container, Probe } from '../pod-spec.ts'

export interface ProbeTarget {
  pod: Pod
  container: Container
  id: string
  podIP: string
}

export interface ProbeResult {
  ok: boolean
  /** What an event says of it. */
  output: string
}

const DEFAULT_HEADERS = { 'user-agent': 'kube-probe/1.36', accept: '*/*', connection: 'close' }

/** Asks a container once how it is. */
export async function runProbe(deps: NodeDeps, target: ProbeTarget, probe: Probe): Promise<ProbeResult> {
  const timeoutSeconds = probe.timeoutSeconds ?? 1
  try {
    if (probe.exec) return await execProbe(deps, target, probe.exec.command ?? [], timeoutSeconds)
    if (probe.httpGet) return await httpProbe(deps, target, probe.httpGet, timeoutSeconds * 1000)
    if (probe.tcpSocket) {
      const port = portNumber(probe.tcpSocket.port, target.container)
      const host = probe.tcpSocket.host || target.podIP
      await deps.os.tcpConnect({ host, port, timeoutMs: timeoutSeconds * 1000 })
      return { ok: true, output: '' }
    }
    return { ok: false, output: 'probes of this kind are not supported by this kubelet' }
  } catch (error) {
    return { ok: false, output: rpcMessage(error) }
  }
}

async function execProbe(
  { cri }: NodeDeps,
  { id }: ProbeTarget,
  command: readonly string[],
  timeoutSeconds: number,
): Promise<ProbeResult> {
  try {
    const { exitCode, stdout, stderr } = await cri.execSync(id, command, timeoutSeconds)
    return { ok: exitCode === 0, output: Buffer.concat([stdout, stderr]).toString('utf8') }
  } catch (error) {
    if (error instanceof GrpcError && error.code === 'DEADLINE_EXCEEDED') {
      return {
        ok: false,
        output: `command timed out: ${JSON.stringify(command.join(' '))} timed out after ${timeoutSeconds}s`,
      }
    }
    throw error
  }
}

async function httpProbe(
  { os }: NodeDeps,
  target: ProbeTarget,
  action: NonNullable<Probe['httpGet']>,
  timeoutMs: number,
): Promise<ProbeResult> {
  const { url, headers } = httpGetUrl(action, target)
  const { status } = await os.httpGet({ url, headers: { ...DEFAULT_HEADERS, ...headers }, timeoutMs })
  // A redirect that leads elsewhere says that someone answered.
  const ok = status >= 200 && status < 400
  return { ok, output: ok ? '' : `HTTP probe failed with statuscode: ${status}` }
}
