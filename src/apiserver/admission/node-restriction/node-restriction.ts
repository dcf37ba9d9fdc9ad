import { deepEqual } from '../../../api/equal.ts'
import { notFound } from '../../../api/errors.ts'
import type { CertificateSigningRequest } from '../../../api/kinds/certificates/certificate-signing-request.ts'
import type { TokenRequest } from '../../../api/kinds/authentication/token-request.ts'
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim.ts'
import { Pod } from '../../../api/kinds/core/pod.ts'
import type { KubeObject } from '../../../api/meta.ts'
import { readCertificateRequest } from '../../../os/certificate-request.ts'
import type { Store } from '../../../store/store.ts'
import { nodeNameOf } from '../../authz/node/node-identity.ts'
import { question } from '../../authz/attributes.ts'
import { lookup, resourceOf } from '../../context.ts'
import type { Authorize } from '../certificate-signers.ts'
import { type AdmissionPlugin, type AdmissionRequest, refused } from '../plugin.ts'
import { checkMirrorPod } from './mirror-pod.ts'
import { checkNode } from './node-object.ts'
import { needsAudience } from './token-audience.ts'

const LEASE_NAMESPACE = 'kube-node-lease'

/** What one kind of object lets a kubelet do. */
type Check = (store: Store, node: string, request: AdmissionRequest) => Promise<void> | void

/** Kubelets write only what belongs to their node: the part of the Node authorizer that needs to see objects. */
export function nodeRestriction(store: Store, authorize: Authorize): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    operations: ['CREATE', 'UPDATE', 'DELETE'],

    admit(request) {
      const node = nodeNameOf(request.user)
      if (node === undefined) return
      if (node === '') throw refused(request, `could not determine node from user ${JSON.stringify(request.user.name)}`)
      if (isTokenRequest(request)) return checkToken(store, authorize, node, request)
      return CHECKS[resourceOf(request.kind)]?.(store, node, request)
    },
  }
}

const CHECKS: Readonly<Record<string, Check>> = {
  pods(store, node, request) {
    const { subresource } = request
    const check = POD_CHECKS[subresource]
    if (check) return check(store, node, request)
    const why = `unexpected pod subresource ${JSON.stringify(subresource)}, only 'status' and 'eviction' are allowed`
    throw refused(request, why)
  },
  nodes: (_store, node, request) => checkNode(node, request),
  persistentvolumeclaims: checkClaim,
  'leases.coordination.k8s.io'(_store, node, request) {
    if (request.namespace !== LEASE_NAMESPACE) {
      throw refused(request, `can only access leases in the ${JSON.stringify(LEASE_NAMESPACE)} system namespace`)
    }
    requireOwnName(node, request, 'node lease')
  },
  'csinodes.storage.k8s.io': (_store, node, request) => requireOwnName(node, request, 'CSINode'),
  'certificatesigningrequests.certificates.k8s.io': checkCertificateRequest,
}

const POD_CHECKS: Readonly<Record<string, Check>> = {
  ''(store, node, request) {
    const { operation } = request
    if (operation === 'CREATE') return checkMirrorPod(store, node, request)
    if (operation === 'DELETE') {
      return requireOwnPod(store, node, request, `node "${node}" can only delete pods with spec.nodeName set to itself`)
    }
    const why = `unexpected operation "${operation}", node "${node}" can only create and delete mirror pods`
    throw refused(request, why)
  },
  status(_store, node, request) {
    const { operation } = request
    if (operation !== 'UPDATE') throw refused(request, `unexpected operation "${operation}"`)
    const old = request.old as Pod
    const next = request.object as Pod
    if (old.spec.nodeName !== node) {
      throw refused(request, `node "${node}" can only update pod status for pods with spec.nodeName set to itself`)
    }
    if (!deepEqual(old.metadata.labels ?? {}, next.metadata.labels ?? {})) {
      throw refused(request, `node "${node}" cannot update labels through pod status`)
    }
    if (!deepEqual(old.status.resourceClaimStatuses ?? [], next.status.resourceClaimStatuses ?? [])) {
      throw refused(request, `node "${node}" cannot update resource claim statues`)
    }
  },
  eviction: (store, node, request) =>
    requireOwnPod(store, node, request, `node ${node} can only evict pods with spec.nodeName set to itself`),
}

function requireOwnPod(store: Store, node: string, request: AdmissionRequest, why: string): void {
  const { namespace, name } = request
  const pod = lookup(store, Pod, { namespace, name })
  if (!pod) throw notFound(Pod, name)
  if (pod.spec.nodeName !== node) throw refused(request, why)
}

function requireOwnName(node: string, request: AdmissionRequest, what: string): void {
  const name = request.operation === 'CREATE' ? request.object?.metadata.name : request.name
  if (name !== node) throw refused(request, `can only access ${what} with the same name as the requesting node`)
}

function checkClaim(_store: Store, node: string, request: AdmissionRequest): void {
  const { operation, subresource } = request
  if (subresource !== 'status') throw refused(request, 'may only update PVC status')
  if (operation !== 'UPDATE') throw refused(request, `unexpected operation "${operation}"`)
  const [old, next] = [request.old, request.object].map((object) => withoutResized(object as KubeObject))
  if (deepEqual(old, next)) return
  throw refused(
    request,
    `node "${node}" is not allowed to update fields other than status.quantity and status.conditions`,
  )
}

/** The claim without what a kubelet that has grown its file system reports. */
function withoutResized(claim: KubeObject): object {
  const { metadata, status, ...rest } = claim as unknown as PersistentVolumeClaim
  const { resourceVersion: _, managedFields: __, ...kept } = metadata
  const {
    capacity: ___,
    conditions: ____,
    allocatedResourceStatuses: _____,
    allocatedResources: ______,
    ...others
  } = status
  return { ...rest, metadata: kept, status: others }
}

function isTokenRequest({ kind, operation, subresource }: AdmissionRequest): boolean {
  return resourceOf(kind) === 'serviceaccounts' && operation === 'CREATE' && subresource === 'token'
}

function checkToken(store: Store, authorize: Authorize, node: string, request: AdmissionRequest): void {
  const { boundObjectRef: ref, audiences = [] } = (request.object as unknown as TokenRequest).spec
  if (ref?.apiVersion !== 'v1' || ref.kind !== 'Pod' || !ref.name) {
    throw refused(request, 'node requested token not bound to a pod')
  }
  if (!ref.uid) throw refused(request, 'node requested token with a pod binding without a uid')
  const pod = lookup(store, Pod, { namespace: request.namespace, name: ref.name })
  if (!pod) throw notFound(Pod, ref.name)
  if (pod.metadata.uid !== ref.uid) {
    const why = `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`
    throw refused(request, why)
  }
  if (pod.spec.nodeName !== node) {
    throw refused(request, 'node requested token bound to a pod scheduled on a different node')
  }
  if (audiences.length > 1) throw refused(request, 'node may only request 0 or 1 audiences')
  const [audience = ''] = audiences
  if (!needsAudience(store, pod, audience)) requireAudience(authorize, request, audience)
}

/** A node may be allowed audiences that no volume of its pods names. */
function requireAudience(authorize: Authorize, request: AdmissionRequest, audience: string): void {
  const { user, namespace, name } = request
  const about = { version: 'v1', resource: audience, namespace, name }
  if (authorize(question(user, 'request-serviceaccounts-token-audience', about)).allowed) return
  const [what, who] = [`audience ${JSON.stringify(audience)} not found in pod spec volume`, user.name]
  throw refused(request, `${what}, ${who} is not authorized to request tokens for this audience`)
}

const KUBELET_SIGNERS = ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet']

async function checkCertificateRequest(_store: Store, node: string, request: AdmissionRequest): Promise<void> {
  if (request.operation !== 'CREATE') return
  const { spec } = request.object as unknown as CertificateSigningRequest
  if (!KUBELET_SIGNERS.includes(spec.signerName)) return
  if ((await commonNameOf(request, spec.request)) === `system:node:${node}`) return
  throw refused(request, `can only create a node CSR with CN=system:node:${node}`)
}

async function commonNameOf(request: AdmissionRequest, base64: string): Promise<string> {
  try {
    return (await readCertificateRequest(Buffer.from(base64, 'base64').toString())).commonName
  } catch (error) {
    throw refused(request, `unable to parse csr: ${error instanceof Error ? error.message : String(error)}`)
  }
}
