import type { Pod } from '../../api/kinds/core/pod.ts'
import type { Fs } from '../../os/fs.ts'
import type { CriMount } from '../cri/types.ts'
import type { Paths } from '../paths.ts'
import { type Container, isHostNetwork } from '../pod-spec.ts'
import type { MountedVolume } from '../volumes/volume.ts'
import { ConfigError } from './env.ts'
import { expand } from './expand.ts'

const HOSTS_PATH = '/etc/hosts'
/** The runtime's user writes here, whoever that is. */
const MESSAGE_MODE = 0o666

export interface MountsInput {
  pod: Pod
  container: Container
  /** By name. */
  volumes: ReadonlyMap<string, MountedVolume>
  env: ReadonlyMap<string, string>
  podIPs: readonly string[]
  /** A file of the container's own for what it says at its end. */
  messageFile: string
}

/** The mounts of a container; makes the files and directories that must be there for them. */
export async function containerMounts(fs: Fs, paths: Paths, input: MountsInput): Promise<CriMount[]> {
  const { pod, container, podIPs } = input
  const mounts: CriMount[] = []
  for (const mount of container.volumeMounts ?? []) mounts.push(await volumeMount(fs, input, mount))
  const hasHosts = mounts.some(({ containerPath }) => containerPath === HOSTS_PATH)
  if (!hasHosts && (podIPs.length > 0 || isHostNetwork(pod))) {
    mounts.push({ containerPath: HOSTS_PATH, hostPath: paths.hosts(pod.metadata.uid), readonly: false })
  }
  if (container.terminationMessagePath) {
    await fs.makeDirectory(paths.container(pod.metadata.uid, container.name), 0o750)
    await fs.write(input.messageFile, '', MESSAGE_MODE)
    mounts.push({ containerPath: absolute(container.terminationMessagePath), hostPath: input.messageFile })
  }
  return mounts
}

type VolumeMount = NonNullable<Container['volumeMounts']>[number]

const absolute = (path: string) => (path.startsWith('/') ? path : `/${path}`)

const PROPAGATION = {
  None: 'PROPAGATION_PRIVATE',
  HostToContainer: 'PROPAGATION_HOST_TO_CONTAINER',
  Bidirectional: 'PROPAGATION_BIDIRECTIONAL',
} as const

async function volumeMount(fs: Fs, { container, volumes, env }: MountsInput, mount: VolumeMount): Promise<CriMount> {
  const volume = volumes.get(mount.name)
  if (!volume) {
    throw new ConfigError(
      `cannot find volume ${JSON.stringify(mount.name)} to mount into container ${JSON.stringify(container.name)}`,
    )
  }
  const subPath = mount.subPathExpr ? expand(mount.subPathExpr, (name) => env.get(name)) : mount.subPath
  return {
    containerPath: absolute(mount.mountPath),
    hostPath: subPath ? await subPathOf(fs, volume, subPath, { mount, container }) : volume.hostPath,
    readonly: mount.readOnly || volume.readOnly || false,
    propagation: PROPAGATION[mount.mountPropagation ?? 'None'],
  }
}

/** A path within a volume, made when it is not there. A link that leads out of the volume is refused. */
async function subPathOf(
  fs: Fs,
  { hostPath }: MountedVolume,
  subPath: string,
  { mount, container }: { mount: VolumeMount; container: Container },
): Promise<string> {
  if (subPath.startsWith('/')) throw new ConfigError(`error SubPath \`${subPath}\` must not be an absolute path`)
  if (subPath.split('/').includes('..')) {
    throw new ConfigError(`unable to provision SubPath \`${subPath}\`: must not contain '..'`)
  }
  const root = await fs.realPath(hostPath)
  const made = await makeWithin(fs, root, subPath)
  if (made !== undefined) return made
  // What stands in the way is not told: it would say something about the host.
  throw new ConfigError(
    `failed to prepare subPath for volumeMount ${JSON.stringify(mount.name)} of container ${JSON.stringify(container.name)}`,
  )
}

/** Goes down part by part, so that no link is followed before it was looked at; `undefined` when one leads out. */
async function makeWithin(fs: Fs, root: string, subPath: string): Promise<string | undefined> {
  const mode = (await fs.stat(root))?.mode ?? 0o777
  let at = root
  for (const part of subPath.split('/').filter((name) => name !== '' && name !== '.')) {
    const next = `${at}/${part}`
    if (!(await fs.lstat(next))) await fs.makeDirectory(next, mode)
    at = await fs.realPath(next)
    if (at !== root && !at.startsWith(`${root}/`)) return undefined
  }
  return at
}
