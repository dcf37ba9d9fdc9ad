import { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim.ts'
import { storageClassOf } from '../../api/kinds/core/volume-modes.ts'
import { StorageClass } from '../../api/kinds/storage/storage-class.ts'
import { compareQuantities } from '../../api/quantity.ts'
import type { Store } from '../../store/store.ts'
import { lookup } from '../context.ts'
import { type AdmissionPlugin, isFor, refused } from './plugin.ts'

/** A claim grows only when it is bound, and its storage class allows it. */
export function persistentVolumeClaimResize(store: Store): AdmissionPlugin {
  const mayGrow = (claim: PersistentVolumeClaim, old: PersistentVolumeClaim) => {
    const name = storageClassOf(claim)
    if (!name || name !== storageClassOf(old)) return false
    return lookup(store, StorageClass, { name })?.allowVolumeExpansion ?? false
  }
  return {
    name: 'PersistentVolumeClaimResize',
    operations: ['UPDATE'],

    validate(request) {
      if (!isFor(request, PersistentVolumeClaim)) return
      const [claim, old] = [request.object, request.old] as PersistentVolumeClaim[]
      if (!claim || !old || compareQuantities(sizeOf(claim), sizeOf(old)) <= 0) return
      if (old.status?.phase !== 'Bound') {
        throw refused(request, 'Only bound persistent volume claims can be expanded')
      }
      if (mayGrow(claim, old)) return
      const why =
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize'
      throw refused(request, why)
    },
  }
}

const sizeOf = ({ spec }: PersistentVolumeClaim) => spec.resources?.requests?.['storage'] ?? 0
