import type { Pod } from '../api/kinds/core/pod.ts'
import { assert } from '../std/assert.ts'
import { lacksClusterDns, podDns } from './config/dns.ts'
import { sandboxConfig } from './config/sandbox-config.ts'
import { podCgroup } from './cgroups.ts'
import { rpcMessage } from './cri/client.ts'
import type { PodSandboxConfig } from './cri/types.ts'
import { killContainers } from './kill-containers.ts'
import type { NodeDeps } from './node-deps.ts'
import { mountVolumes, unmountVolumes } from './pod-volumes.ts'
import type { Action } from './pod-machine.ts'
import { fieldPathOf, formatPod, isHostNetwork } from './pod-spec.ts'
import type { PodWork } from './pod-work.ts'
import { readySandbox } from './runtime-pod.ts'
import { startContainer } from './start-container.ts'
import { StartError } from './start-error.ts'

/** Does one thing for a pod. Throws when that did not work; everything may be tried again. */
export function act(deps: NodeDeps, work: PodWork, action: Action): Promise<void> {
  switch (action.do) {
    case 'prepare':
      return prepare(deps, work)
    case 'mountVolumes':
      return mountVolumes(deps, work)
    case 'createSandbox':
      return createSandbox(deps, work, action.attempt)
    case 'startContainer':
      return start(deps, work, action)
    case 'killContainers':
      return killContainers(deps, { ...work, podIP: podIPs(deps, work)[0] ?? '' }, action.kills)
    case 'stopSandboxes':
      return each(action.ids, (id) => deps.cri.stopPodSandbox(id))
    case 'removeContainers':
      return each(action.ids, (id) => deps.cri.removeContainer(id))
    case 'removeSandboxes':
      return each(action.ids, (id) => deps.cri.removePodSandbox(id))
    case 'cleanUp':
      return cleanUp(deps, work)
    case 'removeData':
      return removeData(deps, work)
    case 'deletePod':
      return deletePod(deps, work)
    case 'record':
      return record(deps, work, action)
  }
}

async function each(ids: readonly string[], run: (id: string) => Promise<void>): Promise<void> {
  await Promise.all(ids.map(run))
}

function podOf({ pod }: PodWork): Pod {
  assert(pod, 'only a pod that is known is started')
  return pod
}

async function record(
  { events }: NodeDeps,
  { pod }: PodWork,
  action: Extract<Action, { do: 'record' }>,
): Promise<void> {
  if (!pod) return
  const { type, reason, message, container } = action
  events.record(pod, type, reason, message, container ? { fieldPath: fieldPathOf(pod, container) } : {})
}

async function prepare({ os: { fs }, paths, cgroups, events, pods }: NodeDeps, work: PodWork): Promise<void> {
  const pod = podOf(work)
  await fs.makeDirectory(paths.pod(work.uid), 0o750)
  await fs.makeDirectory(paths.podLogs(pod), 0o755)
  try {
    await cgroups?.ensure(pod)
    await cgroups?.weighClasses(pods())
  } catch (error) {
    const message = `unable to ensure pod container exists: ${(error as Error).message}`
    events.record(pod, 'Warning', 'FailedCreatePodContainer', message)
    throw new StartError('FailedCreatePodContainer', message)
  }
  work.node.prepared = true
}

function configOf({ node, paths, cgroups }: NodeDeps, pod: Pod, attempt: number): PodSandboxConfig {
  return sandboxConfig(pod, {
    attempt,
    logDirectory: paths.podLogs(pod),
    dns: podDns(pod, node.dns),
    clusterDomain: node.clusterDomain,
    cluster: node.clusterName,
    ...(cgroups && { cgroupParent: podCgroup(node.clusterName, pod) }),
  })
}

async function createSandbox(deps: NodeDeps, work: PodWork, attempt: number): Promise<void> {
  const { cri, events, node } = deps
  const pod = podOf(work)
  if (lacksClusterDns(pod, node.dns)) {
    const why =
      'kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. ' +
      'Falling back to "Default" policy.'
    events.record(pod, 'Warning', 'MissingClusterDNS', `pod: ${JSON.stringify(formatPod(pod))}. ${why}`)
  }
  try {
    const { runtimeClassName } = pod.spec
    if (runtimeClassName) throw new Error(`RuntimeClass.node.k8s.io "${runtimeClassName}" not found`)
    const config = configOf(deps, pod, attempt)
    await deps.limit(() => cri.runPodSandbox(config, '', { signal: work.signal }), work.signal)
  } catch (error) {
    work.signal.throwIfAborted()
    const message = `Failed to create pod sandbox: ${rpcMessage(error)}`
    events.record(pod, 'Warning', 'FailedCreatePodSandBox', message)
    throw new StartError('FailedCreatePodSandBox', message)
  }
}

/** The addresses of the pod as it runs now. */
function podIPs({ node }: NodeDeps, { pod, seen }: PodWork): readonly string[] {
  if (pod && isHostNetwork(pod)) return node.hostIPs
  return readySandbox(seen)?.ips ?? []
}

function start(deps: NodeDeps, work: PodWork, action: Extract<Action, { do: 'startContainer' }>): Promise<void> {
  const pod = podOf(work)
  const sandbox = readySandbox(work.seen)
  assert(sandbox, 'containers are started in a sandbox that is there')
  return startContainer(
    deps,
    {
      pod,
      sandboxId: sandbox.id,
      sandbox: configOf(deps, pod, sandbox.attempt),
      podIPs: podIPs(deps, work),
      volumes: work.volumes,
      signal: work.signal,
    },
    action.start,
  )
}

async function cleanUp(deps: NodeDeps, work: PodWork): Promise<void> {
  await unmountVolumes(deps, work)
  await deps.cgroups?.removePod(work.uid, deps.env.clock)
  await deps.cgroups?.weighClasses(deps.pods().filter(({ metadata }) => metadata.uid !== work.uid))
  deps.puller.forget(work.uid)
  work.node.cleaned = true
}

async function removeData({ os: { fs }, paths }: NodeDeps, { uid, node }: PodWork): Promise<void> {
  await fs.remove(paths.pod(uid))
  // Of a pod that is long gone only the uid is known, with which its logs' name ends.
  const names = (await fs.stat(paths.logs)) ? await fs.list(paths.logs) : []
  for (const name of names) if (name.endsWith(`_${uid}`)) await fs.remove(`${paths.logs}/${name}`)
  node.removed = true
}

async function deletePod(deps: NodeDeps, work: PodWork): Promise<void> {
  await deps.finishPod(podOf(work))
  work.node.deleted = true
}
