import type { IServiceAccountTokenProjection } from 'kubernetes-models/v1/ServiceAccountTokenProjection'
import type { IVolumeProjection } from 'kubernetes-models/v1/VolumeProjection'
import type { Pod } from '../../api/kinds/core/pod.ts'
import { allContainers } from '../pod-spec.ts'
import { inMemory, writeAtomically } from './atomic-writer.ts'
import { configMapPayload } from './config-map.ts'
import { downwardApiPayload } from './downward-api.ts'
import type { Payload } from './payload.ts'
import { secretPayload } from './secret.ts'
import type { VolumeContext, VolumeType } from './volume.ts'

const DEFAULT_MODE = 0o644
const DEFAULT_EXPIRATION_SECONDS = 3600

/** Several sources in one directory. */
export const projected: VolumeType = {
  name: 'projected',
  directory: 'projected',

  async setUp({ projected: source }, context) {
    const payload: Payload = new Map()
    for (const each of source?.sources ?? []) {
      for (const [path, file] of await payloadOf(context, each, source?.defaultMode ?? DEFAULT_MODE)) {
        payload.set(path, file)
      }
    }
    await inMemory(context)
    await writeAtomically(context, payload)
    return { hostPath: context.directory }
  },
}

async function payloadOf(context: VolumeContext, source: IVolumeProjection, defaultMode: number): Promise<Payload> {
  const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source
  if (configMap) return configMapPayload(context, configMap.name ?? '', { ...configMap, defaultMode })
  if (secret) return secretPayload(context, secret.name ?? '', { ...secret, defaultMode })
  if (downwardAPI) return downwardApiPayload(context, downwardAPI.items, defaultMode)
  if (serviceAccountToken) return tokenPayload(context, serviceAccountToken, defaultMode)
  if (clusterTrustBundle) throw new Error('projection of a clusterTrustBundle is not supported')
  if (podCertificate) throw new Error('projection of a podCertificate is not supported')
  return new Map()
}

async function tokenPayload(
  context: VolumeContext,
  { path, audience, expirationSeconds = DEFAULT_EXPIRATION_SECONDS }: IServiceAccountTokenProjection,
  defaultMode: number,
): Promise<Payload> {
  const { token } = await context.token(audience, expirationSeconds)
  const user = commonUser(context.pod)
  const { fsGroup } = context.pod.spec.securityContext ?? {}
  // A token is for its owner alone where it is known who that is.
  const mode = user !== undefined || fsGroup !== undefined ? 0o600 : defaultMode
  return new Map([[path, { data: Buffer.from(token), mode, ...(user !== undefined && { uid: user }) }]])
}

/** The user as which all containers run, if there is one such. */
function commonUser(pod: Pod): number | undefined {
  const ofPod = pod.spec.securityContext?.runAsUser
  const users = new Set(allContainers(pod).map(({ securityContext }) => securityContext?.runAsUser ?? ofPod))
  return users.size === 1 ? [...users][0] : undefined
}
