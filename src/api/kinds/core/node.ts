import type { INode } from 'kubernetes-models/v1/Node'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { validateNode, validateNodeStatus, validateNodeUpdate } from './node-rules.ts'
import { warnOfCidr } from '../ip-warnings.ts'

export type Node = Served<INode>

const ROLE_PREFIX = 'node-role.kubernetes.io/'

export const Node = defineKind<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  scope: 'Cluster',
  status: true,
  statusOnCreate: true,
  generation: false,
  subresources: [
    {
      name: 'proxy',
      speaks: { group: '', version: 'v1', kind: 'NodeProxyOptions' },
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
    },
  ],
  columns: [
    ['Status', statusText, { description: 'The status of the node' }],
    ['Roles', roles, { description: 'The roles of the node' }],
    age,
    ['Version', ({ status }) => status?.nodeInfo?.kubeletVersion ?? '', { description: 'The version of its kubelet.' }],
    ['Internal-IP', (node) => address(node, 'InternalIP'), { priority: 1 }],
    ['External-IP', (node) => address(node, 'ExternalIP'), { priority: 1 }],
    ['OS-Image', ({ status }) => status?.nodeInfo?.osImage || '<unknown>', { priority: 1 }],
    ['Kernel-Version', kernel, { priority: 1 }],
    ['Container-Runtime', ({ status }) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>', { priority: 1 }],
  ],
  defaults(node) {
    node.spec ??= {}
    mirrorPodCidr(node.spec)
    const { status } = node
    if (status?.capacity) status.allocatable ??= { ...status.capacity }
  },

  warnings({ spec: { configSource, externalID, podCIDRs = [] } }, _old, warn) {
    const at = warn.at('spec')
    if (configSource) at.add('configSource', 'the feature is removed')
    if (externalID) at.add('externalID', 'this field is deprecated, and is unused by Kubernetes')
    for (const [i, cidr] of podCIDRs.entries()) warnOfCidr(`podCIDRs[${i}]`, cidr, at)
  },

  validate: validateNode,
  validateUpdate: validateNodeUpdate,
  validateStatusUpdate: validateNodeStatus,

  fieldSelectors: { 'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false) },
})

function statusText({ spec, status }: Node): string {
  const ready = status?.conditions?.findLast(({ type }) => type === 'Ready')
  const text = !ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return spec?.unschedulable ? `${text},SchedulingDisabled` : text
}

/** What the node is for, by its labels. */
function roles({ metadata: { labels = {} } }: Node): string {
  const found = Object.entries(labels).flatMap(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return key.slice(ROLE_PREFIX.length) || []
    return key === 'kubernetes.io/role' && value ? value : []
  })
  return [...new Set(found)].sort().join(',') || '<none>'
}

function address({ status }: Node, type: string): string {
  return status?.addresses?.find((candidate) => candidate.type === type)?.address ?? '<none>'
}

function kernel({ status }: Node): string {
  const { kernelVersion, architecture } = status?.nodeInfo ?? {}
  return (kernelVersion || '<unknown>') + (architecture ? ` (${architecture})` : '')
}

/** `podCIDR` is from before a node could have one of each family; it is the first of `podCIDRs`. */
function mirrorPodCidr(spec: Node['spec']): void {
  if (spec.podCIDR && spec.podCIDR !== spec.podCIDRs?.[0]) spec.podCIDRs = [spec.podCIDR]
  if (spec.podCIDRs?.[0]) spec.podCIDR = spec.podCIDRs[0]
}
