import type { AnyContainer, Volume } from '../../../api/kinds/core/pod-spec/types.ts'
import {
  containerList,
  containersOf,
  namesOf,
  type PodSecurityCheck,
  plural,
  quoted,
  setterList,
  sortedSet,
} from './pod-check.ts'

const hostNamespaces: PodSecurityCheck = {
  id: 'hostNamespaces',
  level: 'baseline',
  versions: [
    {
      since: 0,
      check({ spec }) {
        const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field])
        if (shared.length === 0) return undefined
        return { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') }
      },
    },
  ],
}

const hostPathVolumes: PodSecurityCheck = {
  id: 'hostPathVolumes',
  level: 'baseline',
  versions: [
    {
      since: 0,
      check({ spec }) {
        const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name)
        if (names.length === 0) return undefined
        return { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', names.length)} ${quoted(names)}` }
      },
    },
  ],
}

const hostPortsOf = ({ ports = [] }: AnyContainer) => ports.flatMap(({ hostPort }) => (hostPort ? [`${hostPort}`] : []))

const hostPorts: PodSecurityCheck = {
  id: 'hostPorts',
  level: 'baseline',
  versions: [
    {
      since: 0,
      check({ spec }) {
        const names = namesOf(spec, (container) => hostPortsOf(container).length > 0)
        if (names.length === 0) return undefined
        const ports = sortedSet(containersOf(spec).flatMap(hostPortsOf))
        const uses = `${plural('uses', 'use', names.length)} ${plural('hostPort', 'hostPorts', ports.length)}`
        return { reason: 'hostPort', detail: `${containerList(names)} ${uses} ${ports.join(', ')}` }
      },
    },
  ],
}

/** The hosts that probes and hooks are sent to instead of the pod. */
function otherHosts({ livenessProbe, readinessProbe, startupProbe, lifecycle }: AnyContainer): string[] {
  const actions = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]
  return actions.flatMap((action) =>
    [action?.httpGet?.host, action?.tcpSocket?.host].filter((host) => host !== undefined && host !== ''),
  ) as string[]
}

const hostProbesAndHostLifecycle: PodSecurityCheck = {
  id: 'hostProbesAndHostLifecycle',
  level: 'baseline',
  versions: [
    {
      since: 34,
      check({ spec }) {
        const names = sortedSet(namesOf(spec, (container) => otherHosts(container).length > 0))
        if (names.length === 0) return undefined
        const reason = 'probe or lifecycle host'
        const hosts = sortedSet(containersOf(spec).flatMap(otherHosts))
        const uses = `${plural('uses', 'use', names.length)} ${plural(reason, `${reason}s`, hosts.length)}`
        return { reason, detail: `${containerList(names)} ${uses} ${quoted(hosts)}` }
      },
    },
  ],
}

const windowsHostProcess: PodSecurityCheck = {
  id: 'windowsHostProcess',
  level: 'baseline',
  versions: [
    {
      since: 0,
      check({ spec }) {
        const names = namesOf(spec, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess ?? false)
        const setters = setterList(spec.securityContext?.windowsOptions?.hostProcess ?? false, names)
        if (!setters) return undefined
        return {
          reason: 'hostProcess',
          detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true`,
        }
      },
    },
  ],
}

const ALLOWED_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
] as const

const RESTRICTED_VOLUMES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
] as const

const typeOf = (volume: Volume) => RESTRICTED_VOLUMES.find((type) => volume[type]) ?? 'unknown'

const restrictedVolumes: PodSecurityCheck = {
  id: 'restrictedVolumes',
  level: 'restricted',
  overrides: hostPathVolumes.id,
  versions: [
    {
      since: 0,
      check({ spec }) {
        const bad = (spec.volumes ?? []).filter((volume) => !ALLOWED_VOLUMES.some((type) => volume[type]))
        if (bad.length === 0) return undefined
        const types = sortedSet(bad.map(typeOf))
        const which = `${plural('volume', 'volumes', bad.length)} ${quoted(bad.map(({ name }) => name))}`
        const what = plural('restricted volume type', 'restricted volume types', types.length)
        const detail = `${which} ${plural('uses', 'use', bad.length)} ${what} ${quoted(types)}`
        return { reason: 'restricted volume types', detail }
      },
    },
  ],
}

/** What of the host a pod may reach. */
export const HOST_CHECKS: readonly PodSecurityCheck[] = [
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbesAndHostLifecycle,
  windowsHostProcess,
  restrictedVolumes,
]
