import type { Pod } from '../api/kinds/core/pod.ts'
import { assert } from '../std/assert.ts'
import { rpcMessage } from './cri/client.ts'
import type { NodeDeps } from './node-deps.ts'
import type { Volume } from './pod-spec.ts'
import type { PodWork } from './pod-work.ts'
import { readySandbox } from './runtime-pod.ts'
import { StartError } from './start-error.ts'
import { VOLUME_TYPES } from './volumes/index.ts'
import type { MountedVolume } from './volumes/volume.ts'

/** Makes all volumes of a pod, or brings them up to date. */
export async function mountVolumes(deps: NodeDeps, work: PodWork): Promise<void> {
  const { pod, volumes, node } = work
  assert(pod, 'only a pod that is known has volumes')
  const failed: string[] = []
  for (const volume of pod.spec.volumes ?? []) {
    try {
      volumes.set(volume.name, await mountVolume(deps, work, pod, volume))
    } catch (error) {
      const message = `MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${rpcMessage(error)}`
      deps.events.record(pod, 'Warning', 'FailedMount', message)
      // One that is there already goes on showing what it did.
      if (!volumes.has(volume.name)) failed.push(message)
    }
  }
  if (failed.length > 0) throw new StartError('FailedMount', failed.join(', '))
  node.volumesMountedAtMs = deps.env.clock.now()
}

function mountVolume(deps: NodeDeps, work: PodWork, pod: Pod, volume: Volume): Promise<MountedVolume> {
  const type = VOLUME_TYPES.find(({ name }) => volume[name] !== undefined)
  if (!type) {
    const asked = Object.keys(volume).find((key) => key !== 'name') ?? 'unknown'
    throw new Error(`volumes of type ${asked} are not supported by this kubelet`)
  }
  const { objects, node, env, os, paths } = deps
  const namespace = pod.metadata.namespace ?? ''
  return type.setUp(volume, {
    fs: os.fs,
    mounts: os.mounts,
    pod,
    node: { hostIPs: node.hostIPs, podIPs: readySandbox(work.seen)?.ips ?? [], allocatable: node.allocatable },
    now: env.clock.now(),
    directory: paths.volume(work.uid, type.directory, volume.name),
    configMap: (name) => objects.configMap(namespace, name),
    secret: (name) => objects.secret(namespace, name),
    token: (audience, expirationSeconds) => objects.token(pod, audience, expirationSeconds),
  })
}

/** Takes the volumes of a pod away with all that they hold. What a mount shows from elsewhere is not touched. */
export async function unmountVolumes({ os, paths }: NodeDeps, { uid, volumes, node }: PodWork): Promise<void> {
  const root = `${paths.pod(uid)}/`
  const below = async () => (await os.mounts.list()).filter(({ mountPoint }) => mountPoint.startsWith(root))
  // The deepest first, and of several on one place the last one.
  for (const { mountPoint } of (await below()).reverse()) await os.mounts.unmount(mountPoint)
  const left = await below()
  if (left.length > 0) throw new Error(`still mounted: ${left.map(({ mountPoint }) => mountPoint).join(', ')}`)
  await os.fs.remove(`${root}volumes`)
  volumes.clear()
  delete node.volumesMountedAtMs
}
