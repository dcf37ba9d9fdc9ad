import type { Kind } from '../../../api/kind.ts'
import { PersistentVolume } from '../../../api/kinds/core/persistent-volume.ts'
import { Pod } from '../../../api/kinds/core/pod.ts'
import { VolumeAttachment } from '../../../api/kinds/storage/volume-attachment.ts'
import type { Store } from '../../../store/store.ts'
import { lookup } from '../../context.ts'
import { ALLOWED, type Attributes, type Decision, NO_OPINION, noOpinion } from '../attributes.ts'
import type { Authorizer } from '../authorizer.ts'
import { CompiledRules } from '../rbac/compiled-rules.ts'
import { parseRoles } from '../rbac/policy/parse-roles.ts'
import { USER_ROLES } from '../rbac/policy/user-roles.ts'
import { nodeNameOf } from './node-identity.ts'
import type { NodeIndex, ReferencedPlural } from './node-index.ts'

/** What the index is filled from. */
export const NODE_KINDS: readonly Kind[] = [Pod, PersistentVolume]

const LEASE_NAMESPACE = 'kube-node-lease'
const OWN_VERBS = new Set(['get', 'create', 'update', 'patch', 'delete'])
const READ_VERBS = new Set(['get', 'list', 'watch'])

/** Allows kubelets what concerns their node and its pods, and beyond that what the role `system:node` says. */
export function nodeAuthorizer(store: Store, index: () => NodeIndex): Authorizer {
  const role = parseRoles(USER_ROLES).find(({ name }) => name === 'system:node')
  const rules = new CompiledRules(role?.rules ?? [])
  return {
    authorize(asked) {
      const node = nodeNameOf(asked.user)
      if (node === undefined) return NO_OPINION
      if (node === '') return noOpinion(`unknown node for user ${JSON.stringify(asked.user.name)}`)
      const check = asked.isResource ? CHECKS[resourceOf(asked)] : undefined
      if (check) return check({ store, index: index(), node }, asked)
      return rules.allows(asked) ? ALLOWED : NO_OPINION
    },

    rulesFor(user) {
      const isNode = nodeNameOf(user) !== undefined
      const errors = isNode ? ['node authorizer does not support user rule resolution'] : []
      return { rules: [], incomplete: isNode, errors }
    },
  }
}

interface Asker {
  store: Store
  index: NodeIndex
  node: string
}

type Check = (asker: Asker, asked: Attributes) => Decision

/** The resources of which a node may only have a part. */
const CHECKS: Readonly<Record<string, Check>> = {
  secrets: readReferenced('secrets'),
  configmaps: readReferenced('configmaps'),
  persistentvolumeclaims(asker, asked) {
    if (asked.subresource !== 'status') return getOne(asker, asked, referenced('persistentvolumeclaims'))
    if (asked.verb !== 'update' && asked.verb !== 'patch') return noOpinion('can only get/update/patch this type')
    return related(asker, asked, referenced('persistentvolumeclaims'))
  },
  persistentvolumes: (asker, asked) => getOne(asker, asked, ofPersistentVolume),
  'volumeattachments.storage.k8s.io': (asker, asked) => getOne(asker, asked, ofVolumeAttachment),
  serviceaccounts: serviceAccount,
  'leases.coordination.k8s.io': lease,
  'csinodes.storage.k8s.io': csiNode,
  nodes: nodeObject,
  pods: pod,
}

function resourceOf({ group, resource }: Attributes): string {
  return group ? `${resource}.${group}` : resource
}

/** Whether an object has to do with the node. */
type Relation = (asker: Asker, asked: Attributes) => boolean

function referenced(plural: ReferencedPlural): Relation {
  return ({ index, node }, { namespace, name }) => index.needs(node, plural, namespace, name)
}

const ofPersistentVolume: Relation = ({ store, index, node }, { name }) => {
  const { namespace = '', name: claim } = lookup(store, PersistentVolume, { name })?.spec.claimRef ?? {}
  return claim !== undefined && index.needs(node, 'persistentvolumeclaims', namespace, claim)
}

const ofVolumeAttachment: Relation = ({ store, node }, { name }) =>
  lookup(store, VolumeAttachment, { name })?.spec.nodeName === node

const ofPod: Relation = ({ store, node }, { namespace, name }) =>
  lookup(store, Pod, { namespace, name })?.spec.nodeName === node

function related(asker: Asker, asked: Attributes, relation: Relation): Decision {
  if (!asked.name) return noOpinion('No Object name found')
  if (relation(asker, asked)) return ALLOWED
  return noOpinion(`no relationship found between node '${asker.node}' and this object`)
}

function getOne(asker: Asker, asked: Attributes, relation: Relation): Decision {
  if (asked.verb !== 'get') return noOpinion('can only get individual resources of this type')
  if (asked.subresource) return noOpinion('cannot get subresource')
  return related(asker, asked, relation)
}

function readReferenced(plural: ReferencedPlural): Check {
  return (asker, asked) => {
    if (!READ_VERBS.has(asked.verb)) return noOpinion('can only read resources of this type')
    if (asked.subresource) return noOpinion('cannot read subresource')
    if (!asked.namespace) return noOpinion('can only read namespaced object of this type')
    return related(asker, asked, referenced(plural))
  }
}

function serviceAccount(asker: Asker, asked: Attributes): Decision {
  const { verb, subresource, name } = asked
  if (verb === 'get' && !subresource) return readReferenced('serviceaccounts')(asker, asked)
  if (verb !== 'create' || !name) return noOpinion('can only create tokens for individual service accounts')
  if (subresource !== 'token') return noOpinion('can only create token subresource of serviceaccount')
  return related(asker, asked, referenced('serviceaccounts'))
}

/** When it is created its name is not known yet: admission looks at it then. */
function lease({ node }: Asker, { verb, namespace, name }: Attributes): Decision {
  if (!OWN_VERBS.has(verb)) return noOpinion('can only get, create, update, patch, or delete a node lease')
  if (namespace !== LEASE_NAMESPACE) {
    return noOpinion(`can only access leases in the ${JSON.stringify(LEASE_NAMESPACE)} system namespace`)
  }
  if (verb === 'create' || name === node) return ALLOWED
  return noOpinion('can only access node lease with the same name as the requesting node')
}

function csiNode({ node }: Asker, { verb, subresource, name }: Attributes): Decision {
  if (!OWN_VERBS.has(verb)) return noOpinion('can only get, create, update, patch, or delete a CSINode')
  if (subresource) return noOpinion('cannot authorize CSINode subresources')
  if (verb === 'create' || name === node) return ALLOWED
  return noOpinion('can only access CSINode with the same name as the requesting node')
}

/** Whose node it is that is written, admission looks at. */
function nodeObject({ node }: Asker, { verb, subresource, name }: Attributes): Decision {
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? ALLOWED : NO_OPINION
  if (subresource) return NO_OPINION
  if (verb === 'create' || verb === 'update' || verb === 'patch') return ALLOWED
  if (!READ_VERBS.has(verb)) return NO_OPINION
  if (name === node) return ALLOWED
  if (!name) return noOpinion(`node '${node}' cannot read all nodes, only its own Node object`)
  return noOpinion(`node '${node}' cannot read '${name}', only its own Node object`)
}

/** Whose pod it is that is written, admission looks at. */
function pod(asker: Asker, asked: Attributes): Decision {
  const { verb, subresource, name, fieldSelector } = asked
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? ALLOWED : NO_OPINION
  if (subresource === 'eviction') return verb === 'create' ? ALLOWED : NO_OPINION
  if (subresource) return NO_OPINION
  if (verb === 'create' || verb === 'delete') return ALLOWED
  if (verb === 'get') return getOne(asker, asked, ofPod)
  if (verb !== 'list' && verb !== 'watch') return NO_OPINION
  if (isOfNode(fieldSelector, asker.node)) return ALLOWED
  if (name) return related(asker, asked, ofPod)
  return noOpinion('can only list/watch pods with spec.nodeName field selector')
}

function isOfNode(fieldSelector: string, node: string): boolean {
  return fieldSelector.split(',').some((term) => term === `spec.nodeName=${node}` || term === `spec.nodeName==${node}`)
}
