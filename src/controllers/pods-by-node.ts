import { Pod } from '../api/kinds/core/pod.ts'
import type { KubeObject } from '../api/meta.ts'

/** The index that files pods under the node they are bound to. */
export const BY_NODE = 'spec.nodeName'

/** For a controller's `indexesOf`. */
export const podsByNode = {
  kind: Pod,
  indexes: { [BY_NODE]: (pod: KubeObject) => nodeNamesOf(pod as Pod) },
}

function nodeNamesOf({ spec }: Pod): string[] {
  return spec.nodeName ? [spec.nodeName] : []
}
