import { PersistentVolume } from '../../../api/kinds/core/persistent-volume.ts'
import { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim.ts'
import type { Pod } from '../../../api/kinds/core/pod.ts'
import { CSIDriver } from '../../../api/kinds/storage/csi-driver.ts'
import type { Store } from '../../../store/store.ts'
import { lookup } from '../../context.ts'

type Volume = NonNullable<Pod['spec']['volumes']>[number]

/** Whether a volume of the pod needs a token for the audience ('': the API server's own). */
export function needsAudience(store: Store, { metadata, spec }: Pod, audience: string): boolean {
  const { namespace = '', name } = metadata
  return (spec.volumes ?? []).some((volume) => {
    const sources = volume.projected?.sources ?? []
    const isProjected = sources.some(({ serviceAccountToken: token }) => token && (token.audience ?? '') === audience)
    if (isProjected) return true
    const driver = driverOf(store, volume, namespace, name)
    const { tokenRequests = [] } = lookup(store, CSIDriver, { name: driver ?? '' })?.spec ?? {}
    return tokenRequests.some((request) => request.audience === audience)
  })
}

/** The CSI driver behind a volume, if there is one. */
function driverOf(
  store: Store,
  { name, csi, ephemeral, persistentVolumeClaim }: Volume,
  namespace: string,
  podName: string,
): string | undefined {
  if (csi) return csi.driver
  const claimName = ephemeral ? `${podName}-${name}` : persistentVolumeClaim?.claimName
  const claim = claimName && lookup(store, PersistentVolumeClaim, { namespace, name: claimName })
  const volume = claim && lookup(store, PersistentVolume, { name: claim.spec.volumeName ?? '' })
  return volume ? volume.spec.csi?.driver : undefined
}
