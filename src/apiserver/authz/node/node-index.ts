import type { Kind } from '../../../api/kind.ts'
import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume.ts'
import { Pod } from '../../../api/kinds/core/pod.ts'
import type { KubeObject } from '../../../api/meta.ts'
import type { Sink } from '../follow.ts'
import { podReferences } from './pod-references.ts'

/** What a node may read because of its pods. */
export type ReferencedPlural = 'secrets' | 'configmaps' | 'persistentvolumeclaims' | 'serviceaccounts'

/** The kubelet's own pods, shown in the API: they give it nothing. */
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'

/** Which objects the pods of which node need. Edges are counted, since several pods may need the same object. */
export class NodeIndex implements Sink {
  /** By `plural/namespace/name`: how many pods of each node need the object. */
  private readonly nodesOf = new Map<string, Map<string, number>>()
  /** By `namespace/name` of a secret: the claims whose volumes need it. */
  private readonly claimsOfSecret = new Map<string, Map<string, number>>()

  change(kind: Kind, previous: KubeObject | undefined, now: KubeObject | undefined): void {
    const isPod = kind.plural === Pod.plural
    const key = isPod ? podEdgesKey : volumeEdgesKey
    // Nearly all changes are to the status, which holds no edges.
    if (previous && now && key(previous) === key(now)) return
    const count = (object: KubeObject, by: 1 | -1) =>
      isPod ? this.countPod(object as Pod, by) : this.countVolume(object as PersistentVolume, by)
    if (previous) count(previous, -1)
    if (now) count(now, 1)
  }

  /** Whether a pod of the node needs the object, or a volume of a pod does. */
  needs(nodeName: string, plural: ReferencedPlural, namespace: string, name: string): boolean {
    if (this.nodesOf.get(`${plural}/${namespace}/${name}`)?.has(nodeName)) return true
    if (plural !== 'secrets') return false
    const claims = this.claimsOfSecret.get(`${namespace}/${name}`)?.keys() ?? []
    return [...claims].some((claim) => this.nodesOf.get(`persistentvolumeclaims/${claim}`)?.has(nodeName))
  }

  private countPod(pod: Pod, by: 1 | -1): void {
    const { nodeName, serviceAccountName } = pod.spec
    if (!nodeName || pod.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return
    const { secrets, configMaps, claims } = podReferences(pod)
    const count = (plural: ReferencedPlural, names: readonly string[]) => {
      for (const name of names) add(this.nodesOf, `${plural}/${pod.metadata.namespace ?? ''}/${name}`, nodeName, by)
    }
    count('secrets', secrets)
    count('configmaps', configMaps)
    count('persistentvolumeclaims', claims)
    if (serviceAccountName) count('serviceaccounts', [serviceAccountName])
  }

  private countVolume({ spec }: PersistentVolume, by: 1 | -1): void {
    const { claimRef } = spec
    if (!claimRef) return
    const { namespace = '', name = '' } = claimRef
    for (const secret of secretsOfVolume(spec, namespace)) add(this.claimsOfSecret, secret, `${namespace}/${name}`, by)
  }
}

/** What of a pod decides on its edges. */
function podEdgesKey(object: KubeObject): string {
  const { metadata, spec } = object as Pod
  return `${metadata.uid} ${spec.nodeName ?? ''} ${spec.ephemeralContainers?.length ?? 0}`
}

function volumeEdgesKey(object: KubeObject): string {
  return JSON.stringify((object as PersistentVolume).spec)
}

function add(map: Map<string, Map<string, number>>, key: string, member: string, by: 1 | -1): void {
  let counts = map.get(key)
  if (!counts) map.set(key, (counts = new Map()))
  const count = (counts.get(member) ?? 0) + by
  if (count > 0) counts.set(member, count)
  else counts.delete(member)
  if (counts.size === 0) map.delete(key)
}

type SecretRef = { name?: string; namespace?: string } | undefined

/** The secrets, as `namespace/name`, that the kubelet needs to mount a volume. */
function secretsOfVolume(spec: PersistentVolume['spec'], claimNamespace: string): string[] {
  const { azureFile, csi, cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos } = spec
  const refs: SecretRef[] = [
    azureFile && { name: azureFile.secretName, namespace: azureFile.secretNamespace ?? '' },
    csi?.nodePublishSecretRef,
    csi?.nodeStageSecretRef,
    csi?.nodeExpandSecretRef,
    ...[cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos].map((driver) => driver?.secretRef),
  ]
  return refs.flatMap((ref) => (ref?.name ? [`${ref.namespace || claimNamespace}/${ref.name}`] : []))
}
