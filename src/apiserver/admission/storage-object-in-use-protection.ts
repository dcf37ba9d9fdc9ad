import type { Kind } from '../../api/kind.ts'
import { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim.ts'
import { PersistentVolume } from '../../api/kinds/core/persistent-volume.ts'
import { VolumeAttributesClass } from '../../api/kinds/storage/volume-attributes-class.ts'
import { type AdmissionPlugin, isFor } from './plugin.ts'

/** What keeps the objects of each kind until nobody uses them any more. */
const FINALIZERS = [
  [PersistentVolumeClaim as Kind, 'kubernetes.io/pvc-protection'],
  [PersistentVolume as Kind, 'kubernetes.io/pv-protection'],
  [VolumeAttributesClass as Kind, 'kubernetes.io/vac-protection'],
] as const

/** Claims, volumes and attributes classes stay while somebody uses them; controllers take the finalizers away. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  operations: ['CREATE'],

  admit(request) {
    const [, finalizer] = FINALIZERS.find(([kind]) => isFor(request, kind)) ?? []
    const { metadata } = request.object ?? {}
    if (!finalizer || !metadata || metadata.finalizers?.includes(finalizer)) return
    metadata.finalizers = [...(metadata.finalizers ?? []), finalizer]
  },
}
