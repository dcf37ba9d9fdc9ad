import type { ISeccompProfile } from 'kubernetes-models/v1/SeccompProfile'
import type { Pod } from '../../api/kinds/core/pod.ts'
import type {
  ContainerSecurityContext,
  NamespaceOption,
  SandboxSecurityContext,
  SecurityProfile,
} from '../cri/types.ts'
import { allContainers, type Container, formatPod } from '../pod-spec.ts'
import { ConfigError } from './env.ts'

/** What stands in the image about who it runs as; both empty is root. */
export interface ImageUser {
  uid?: number
  username?: string
}

/** Paths of the kernel that a container sees as empty, and those that it cannot write to. */
const MASKED_PATHS = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
]
const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

const int64 = (value: number | undefined) => (value === undefined ? undefined : { value })

/** Which namespaces the pod has of its own and which it shares with the node. */
export function namespaces({ spec }: Pod): NamespaceOption {
  return {
    network: spec.hostNetwork ? 'NODE' : 'POD',
    ipc: spec.hostIPC ? 'NODE' : 'POD',
    pid: spec.hostPID ? 'NODE' : spec.shareProcessNamespace ? 'POD' : 'CONTAINER',
  }
}

/** The context of a pod's sandbox. */
export function sandboxSecurityContext(pod: Pod): SandboxSecurityContext {
  const of = pod.spec.securityContext ?? {}
  return {
    namespaceOptions: namespaces(pod),
    privileged: allContainers(pod).some(({ securityContext }) => securityContext?.privileged),
    runAsUser: int64(of.runAsUser),
    runAsGroup: int64(of.runAsGroup),
    seccomp: { profileType: 'RuntimeDefault' },
    selinuxOptions: of.seLinuxOptions,
    ...groups(pod),
  }
}

function groups({ spec }: Pod): Pick<SandboxSecurityContext, 'supplementalGroups' | 'supplementalGroupsPolicy'> {
  const { fsGroup, supplementalGroups = [], supplementalGroupsPolicy } = spec.securityContext ?? {}
  return {
    supplementalGroups: [...(fsGroup === undefined ? [] : [fsGroup]), ...supplementalGroups],
    ...(supplementalGroupsPolicy && { supplementalGroupsPolicy: supplementalGroupsPolicy }),
  }
}

/** The context of a container: its own settings, else the pod's, else the image's. */
export function containerSecurityContext(pod: Pod, container: Container, image: ImageUser): ContainerSecurityContext {
  const of = pod.spec.securityContext ?? {}
  const own = container.securityContext ?? {}
  const runAsUser = own.runAsUser ?? of.runAsUser
  verifyNonRoot(pod, container, runAsUser, image)
  const unmasked = own.procMount === 'Unmasked'
  return {
    ...(own.capabilities && {
      capabilities: { addCapabilities: own.capabilities.add ?? [], dropCapabilities: own.capabilities.drop ?? [] },
    }),
    privileged: own.privileged ?? false,
    namespaceOptions: namespaces(pod),
    selinuxOptions: own.seLinuxOptions ?? of.seLinuxOptions,
    runAsUser: int64(runAsUser ?? (image.username ? undefined : (image.uid ?? 0))),
    ...(runAsUser === undefined && image.username && { runAsUsername: image.username }),
    runAsGroup: int64(own.runAsGroup ?? of.runAsGroup),
    readonlyRootfs: own.readOnlyRootFilesystem ?? false,
    noNewPrivs: own.allowPrivilegeEscalation === false,
    maskedPaths: unmasked ? [] : MASKED_PATHS,
    readonlyPaths: unmasked ? [] : READONLY_PATHS,
    seccomp: seccomp(own.seccompProfile ?? of.seccompProfile),
    ...groups(pod),
  }
}

function seccomp(profile: ISeccompProfile | undefined): SecurityProfile {
  if (profile?.type === 'Localhost') return { profileType: 'Localhost', localhostRef: profile.localhostProfile ?? '' }
  return { profileType: profile?.type === 'RuntimeDefault' ? 'RuntimeDefault' : 'Unconfined' }
}

function verifyNonRoot(
  pod: Pod,
  container: Container,
  runAsUser: number | undefined,
  { uid, username }: ImageUser,
): void {
  if (!(container.securityContext?.runAsNonRoot ?? pod.spec.securityContext?.runAsNonRoot)) return
  const who = `(pod: ${JSON.stringify(formatPod(pod))}, container: ${container.name})`
  if (runAsUser === 0) throw new ConfigError(`container's runAsUser breaks non-root policy ${who}`)
  if (runAsUser !== undefined) return
  if (username) {
    throw new ConfigError(
      `container has runAsNonRoot and image has non-numeric user (${username}), cannot verify user is non-root ${who}`,
    )
  }
  if ((uid ?? 0) === 0) throw new ConfigError(`container has runAsNonRoot and image will run as root ${who}`)
}
