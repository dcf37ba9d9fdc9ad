import type { Binding } from '../../api/kinds/core/binding.ts'
import { Node } from '../../api/kinds/core/node.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import type { Store } from '../../store/store.ts'
import { lookup, resourceOf } from '../context.ts'
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts'

const COPIED = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region']

/** Pods carry the zone and region of their node as labels, from their binding on. */
export function podTopologyLabels(store: Store): AdmissionPlugin {
  return {
    name: 'PodTopologyLabels',
    operations: ['CREATE'],

    admit(request) {
      const node = nodeOf(request)
      const labels = (node && lookup(store, Node, { name: node })?.metadata.labels) ?? {}
      const copied = Object.entries(labels).filter(([key]) => COPIED.includes(key))
      const { metadata } = request.object ?? {}
      if (metadata && copied.length) metadata.labels = { ...metadata.labels, ...Object.fromEntries(copied) }
    },
  }
}

/** The node that a new pod, or the binding of one, names. */
function nodeOf({ kind, subresource, object }: AdmissionRequest): string | undefined {
  if (resourceOf(kind) !== Pod.plural) return undefined
  if (subresource === '') return (object as Pod).spec.nodeName
  const { target } = object as Binding
  return subresource === 'binding' && target?.kind === 'Node' ? target.name : undefined
}
