import { Pod } from '../../api/kinds/core/pod.ts'
import type { AdmissionPlugin } from './plugin.ts'

/** How long a pod stays on a node that is not ready or not reachable, when it does not say. */
const TOLERATION_SECONDS = 300

const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

/** Pods tolerate the short absence of their node. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  operations: ['CREATE', 'UPDATE'],

  admit({ kind, subresource, object }) {
    if (kind.plural !== Pod.plural || subresource !== '') return
    const { spec } = object as unknown as Pod
    const tolerations = spec.tolerations ?? []
    const missing = TAINTS.filter(
      (taint) => !tolerations.some(({ key, effect }) => (!key || key === taint) && (!effect || effect === 'NoExecute')),
    )
    if (missing.length === 0) return
    const added = missing.map((key) => ({ key, ...EXISTS, tolerationSeconds: TOLERATION_SECONDS }))
    spec.tolerations = [...tolerations, ...added]
  },
}

const EXISTS = { operator: 'Exists', effect: 'NoExecute' } as const
