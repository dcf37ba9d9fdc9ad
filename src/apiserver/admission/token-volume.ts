import type { IVolume } from 'kubernetes-models/v1/Volume'
import type { Pod } from '../../api/kinds/core/pod.ts'
import type { ServiceAccount } from '../../api/kinds/core/service-account.ts'
import type { Random } from '../../std/random.ts'
import { WARN_ONLY_SECONDS } from '../subresources/token.ts'

const NAME_PREFIX = 'kube-api-access-'
const SUFFIX_CHARACTERS = 5
/** Where clients look for what they need to speak with the API server. */
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
const DEFAULT_MODE = 0o644

/** The pod says whether it wants a token; else its account does; else it gets one. */
function isWanted({ spec }: Pod, account: ServiceAccount): boolean {
  return spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true
}

/** Gives each container of the pod a token of its account, in place, unless it mounts something else there. */
export function mountToken(pod: Pod, account: ServiceAccount, random: Random): void {
  if (!isWanted(pod, account)) return
  const { spec } = pod
  const containers = [...(spec.initContainers ?? []), ...spec.containers].filter(
    ({ volumeMounts = [] }) => !volumeMounts.some(({ mountPath }) => mountPath === MOUNT_PATH),
  )
  if (containers.length === 0) return
  const existing = spec.volumes?.find(({ name }) => name.startsWith(NAME_PREFIX))?.name
  const name = existing ?? NAME_PREFIX + random.suffix(SUFFIX_CHARACTERS)
  for (const container of containers) {
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }]
  }
  if (!existing) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)]
}

/** The token, the CA by which the server is known, and the namespace. */
function tokenVolume(name: string): IVolume {
  const namespace = { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }
  const ca = { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] }
  return {
    name,
    projected: {
      defaultMode: DEFAULT_MODE,
      sources: [
        { serviceAccountToken: { expirationSeconds: WARN_ONLY_SECONDS, path: 'token' } },
        { configMap: ca },
        { downwardAPI: { items: [namespace] } },
      ],
    },
  }
}
