import { deepEqual } from '../../../api/equal.ts'
import type { Node } from '../../../api/kinds/core/node.ts'
import { type AdmissionRequest, refused } from '../plugin.ts'

/** What a kubelet may say of its node in labels of Kubernetes' own. */
const KUBELET_LABELS = new Set([
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
])
/** Prefixes of labels that kubelets may use as they like. */
const KUBELET_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io']
/** Labels by which administrators keep work away from nodes: never a kubelet's. */
const RESTRICTED_DOMAIN = 'node-restriction.kubernetes.io'
const OWN_DOMAINS = ['kubernetes.io', 'k8s.io']

/** A kubelet writes its own node, and not what would draw other work there. */
export function checkNode(node: string, request: AdmissionRequest): void {
  const { operation, name } = request
  if (name !== node) throw refused(request, `node "${node}" is not allowed to modify node "${name}"`)
  const next = request.object as unknown as Node
  if (operation === 'CREATE') {
    const labels = forbiddenLabels(changed(next.metadata.labels, {}))
    if (!labels) return
    throw refused(request, `node "${node}" is not allowed to set the following labels: ${labels}`)
  }
  if (operation === 'UPDATE') checkUpdate(node, request, next, request.old as unknown as Node)
}

function checkUpdate(node: string, request: AdmissionRequest, next: Node, old: Node): void {
  const must = (isKept: boolean, why: string) => {
    if (!isKept) throw refused(request, why)
  }
  const { spec, metadata } = next
  must(
    !spec.configSource || deepEqual(spec.configSource, old.spec.configSource),
    `node "${node}" is not allowed to update configSource to a new non-nil configSource`,
  )
  // What an update of the status says of the spec is not written: it may well be old.
  const keepsTaints = request.subresource === 'status' || deepEqual(spec.taints ?? [], old.spec.taints ?? [])
  must(keepsTaints, `node "${node}" is not allowed to modify taints`)
  must(
    deepEqual(metadata.ownerReferences ?? [], old.metadata.ownerReferences ?? []),
    `node "${node}" is not allowed to modify ownerReferences`,
  )
  const labels = forbiddenLabels(changed(metadata.labels, old.metadata.labels))
  must(labels === '', `is not allowed to modify labels: ${labels}`)
}

type Labels = Readonly<Record<string, string>> | undefined

function changed(next: Labels = {}, old: Labels = {}): string[] {
  return Object.keys({ ...next, ...old }).filter((key) => next[key] !== old[key])
}

/** Those that a kubelet may not touch, as a message names them; '' for none. */
function forbiddenLabels(keys: readonly string[]): string {
  return keys.filter(isForbidden).sort().join(', ')
}

function isForbidden(key: string): boolean {
  const slash = key.indexOf('/')
  const domain = slash < 0 ? '' : key.slice(0, slash)
  if (isWithin(domain, RESTRICTED_DOMAIN)) return true
  const isOwn = OWN_DOMAINS.some((own) => isWithin(domain, own))
  return isOwn && !KUBELET_LABELS.has(key) && !KUBELET_DOMAINS.some((allowed) => isWithin(domain, allowed))
}

function isWithin(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`)
}
