import { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim.ts'
import { isDefaultStorageClass, StorageClass } from '../../api/kinds/storage/storage-class.ts'
import type { Store } from '../../store/store.ts'
import { defaultClass } from './default-class.ts'
import { type AdmissionPlugin, isFor } from './plugin.ts'

/** The annotation from before there was a field. */
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

/** Claims that name no storage class get the default one, if there is one; the empty name is a name. */
export function defaultStorageClass(store: Store): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    operations: ['CREATE'],

    async admit(request) {
      if (!isFor(request, PersistentVolumeClaim)) return
      const { metadata, spec } = request.object as PersistentVolumeClaim
      if (metadata.annotations?.[CLASS_ANNOTATION] !== undefined || spec.storageClassName !== undefined) return
      const name = await defaultClass(store, StorageClass, isDefaultStorageClass)
      if (name) spec.storageClassName = name
    },
  }
}
