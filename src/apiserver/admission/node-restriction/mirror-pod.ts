import { notFound } from '../../../api/errors.ts'
import { Node } from '../../../api/kinds/core/node.ts'
import type { Pod } from '../../../api/kinds/core/pod.ts'
import type { Store } from '../../../store/store.ts'
import { podReferences } from '../../authz/node/pod-references.ts'
import { lookup } from '../../context.ts'
import { type AdmissionRequest, refused } from '../plugin.ts'

const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'

/** A kubelet shows its own pods in the API; they must be its node's, and give it access to nothing. */
export function checkMirrorPod(store: Store, node: string, request: AdmissionRequest): void {
  const pod = request.object as unknown as Pod
  const fail = (why: string) => refused(request, why)
  if (pod.metadata.annotations?.[MIRROR_ANNOTATION] === undefined) {
    throw fail(`pod does not have "${MIRROR_ANNOTATION}" annotation, node "${node}" can only create mirror pods`)
  }
  if (pod.spec.nodeName !== node) throw fail(`node "${node}" can only create pods with spec.nodeName set to itself`)
  checkOwner(store, node, pod, fail)
  const resource = referencedResource(pod)
  if (resource) throw fail(`node "${node}" can not create pods that reference ${resource}`)
}

function checkOwner(store: Store, node: string, pod: Pod, fail: (why: string) => Error): void {
  const [owner, ...others] = pod.metadata.ownerReferences ?? []
  const only = `node "${node}" can only create pods with`
  if (others.length) throw fail(`${only} a single owner reference set to itself`)
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) {
    throw fail(`${only} an owner reference set to itself`)
  }
  if (!owner.controller) throw fail(`${only} a controller owner reference set to itself`)
  if (owner.blockOwnerDeletion) throw fail(`node "${node}" must not set blockOwnerDeletion on an owner reference`)
  const found = lookup(store, Node, { name: node })
  if (!found) throw notFound(Node, node)
  const { uid } = found.metadata
  if (owner.uid !== uid) throw fail(`node ${node} UID mismatch: expected ${owner.uid} got ${uid}`)
}

/** A resource whose objects the pod would give access to. */
function referencedResource(pod: Pod): string | undefined {
  const { secrets, configMaps, claims } = podReferences(pod)
  if (pod.spec.serviceAccountName) return 'serviceaccounts'
  if (secrets.length) return 'secrets'
  if (configMaps.length) return 'configmaps'
  if (pod.spec.resourceClaims?.length) return 'resourceclaims'
  if (claims.length) return 'persistentvolumeclaims'
  return (pod.spec.volumes ?? []).map(referencedByVolume).find((resource) => resource !== undefined)
}

type Volume = NonNullable<Pod['spec']['volumes']>[number]

function referencedByVolume({ csi, glusterfs, projected }: Volume): string | undefined {
  if (csi) return 'csidrivers (via CSI volumes)'
  if (glusterfs) return 'endpoints (via glusterFS volumes)'
  for (const { serviceAccountToken, clusterTrustBundle, podCertificate } of projected?.sources ?? []) {
    if (serviceAccountToken) return 'serviceaccounts (via projected volumes)'
    if (clusterTrustBundle) return 'clustertrustbundles'
    if (podCertificate) return 'podcertificates'
  }
  return undefined
}
