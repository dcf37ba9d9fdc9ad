import type { Kind } from '../../api/kind.ts'
import { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim.ts'
import { PersistentVolume } from '../../api/kinds/core/persistent-volume.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { VolumeAttributesClass } from '../../api/kinds/storage/volume-attributes-class.ts'
import { controllerOf, keyOf, type KubeObject } from '../../api/meta.ts'
import type { Api } from '../../client/api.ts'
import { controller } from '../runtime.ts'

const PVC_FINALIZER = 'kubernetes.io/pvc-protection'
const PV_FINALIZER = 'kubernetes.io/pv-protection'
const VAC_FINALIZER = 'kubernetes.io/vac-protection'

const BY_CLAIM = 'claim'

/** Lets claims go that were deleted, as soon as no pod uses them. */
export const pvcProtection = controller({
  name: 'pvc-protection',
  for: PersistentVolumeClaim,
  wants: (claim) => waits(claim, PVC_FINALIZER),
  indexesOf: [{ kind: Pod, indexes: { [BY_CLAIM]: (pod) => claimsOf(pod as unknown as Pod) } }],
  watches: [{ kind: Pod, keys: (pod) => claimsOf(pod as unknown as Pod) }],

  async reconcile(claim, { api, cache }) {
    if (!waits(claim, PVC_FINALIZER)) return
    const isUsing = (pod: Pod) => uses(pod, claim)
    if (cache(Pod).by(BY_CLAIM, keyOf(claim)).some(isUsing)) return
    // The cache may lag behind, and what is let go does not come back.
    const { namespace } = claim.metadata
    const { items } = await api(Pod).list(namespace ? { namespace } : {})
    if (!items.some(isUsing)) await letGo(api, PersistentVolumeClaim, claim, PVC_FINALIZER)
  },
})

/** Lets volumes go that were deleted, unless a claim has them. */
export const pvProtection = controller({
  name: 'pv-protection',
  for: PersistentVolume,
  wants: (volume) => waits(volume, PV_FINALIZER),

  async reconcile(volume, { api }) {
    if (!waits(volume, PV_FINALIZER) || volume.status?.phase === 'Bound') return
    await letGo(api, PersistentVolume, volume, PV_FINALIZER)
  },
})

/** Lets attributes classes go that were deleted, as soon as no claim and no volume names them. */
export const vacProtection = controller({
  name: 'volumeattributesclass-protection',
  for: VolumeAttributesClass,
  wants: (attributes) => waits(attributes, VAC_FINALIZER),
  watches: [
    { kind: PersistentVolumeClaim, keys: (claim) => classesOfClaim(claim as PersistentVolumeClaim) },
    { kind: PersistentVolume, keys: (volume) => classesOfVolume(volume as PersistentVolume) },
  ],

  async reconcile(attributes, { api, cache }) {
    if (!waits(attributes, VAC_FINALIZER)) return
    const { name } = attributes.metadata
    const isNamed =
      cache(PersistentVolumeClaim)
        .list()
        .some((claim) => classesOfClaim(claim).includes(name)) ||
      cache(PersistentVolume)
        .list()
        .some((volume) => classesOfVolume(volume).includes(name))
    if (!isNamed) await letGo(api, VolumeAttributesClass, attributes, VAC_FINALIZER)
  },
})

/** Whether the object was deleted and is there only because of the finalizer. */
function waits({ metadata }: KubeObject, finalizer: string): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(finalizer)
}

async function letGo<T extends KubeObject>(api: Api, kind: Kind<T>, object: T, finalizer: string): Promise<void> {
  const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer)
  await api(kind).update({ ...object, metadata: { ...object.metadata, finalizers } })
}

const ephemeralClaim = (pod: Pod, volume: string) => `${pod.metadata.name}-${volume}`

/** The keys of all claims that the pod may use. */
export function claimsOf(pod: Pod): string[] {
  const { namespace } = pod.metadata
  return (pod.spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    const claim = persistentVolumeClaim?.claimName ?? (ephemeral && ephemeralClaim(pod, name))
    return claim ? [`${namespace}/${claim}`] : []
  })
}

/** Whether a pod that a kubelet has seen keeps a claim from going. */
export function uses(pod: Pod, claim: PersistentVolumeClaim): boolean {
  if (!pod.spec.nodeName) return false
  const { name } = claim.metadata
  return (pod.spec.volumes ?? []).some(
    (volume) =>
      volume.persistentVolumeClaim?.claimName === name ||
      (volume.ephemeral !== undefined &&
        ephemeralClaim(pod, volume.name) === name &&
        controllerOf(claim)?.uid === pod.metadata.uid &&
        !isShutDown(pod)),
  )
}

/** The kubelet is done with it: it is there only until somebody takes its own finalizers away. */
function isShutDown({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0
}

function classesOfClaim({ spec, status }: PersistentVolumeClaim): string[] {
  const target = status?.modifyVolumeStatus?.targetVolumeAttributesClassName
  return named(spec.volumeAttributesClassName, status?.currentVolumeAttributesClassName, target)
}

function classesOfVolume({ spec }: PersistentVolume): string[] {
  return named(spec.volumeAttributesClassName)
}

const named = (...names: (string | undefined)[]) => names.filter((name): name is string => Boolean(name))
