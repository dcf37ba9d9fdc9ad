import { ApiError } from '../../api/errors.ts'
import { Node } from '../../api/kinds/core/node.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { amountsOf, podRequests } from '../../api/pod-resources.ts'
import type { Store } from '../../store/store.ts'
import { lookup, resourceOf } from '../context.ts'
import { type AdmissionPlugin, type AdmissionRequest, refused } from './plugin.ts'

const OS_LABEL = 'kubernetes.io/os'

/** A pod that runs can only be made as large as its node. */
export function podResizeValidator(store: Store): AdmissionPlugin {
  return {
    name: 'PodResizeValidator',
    operations: ['UPDATE'],

    validate(request) {
      if (resourceOf(request.kind) !== Pod.plural || request.subresource !== 'resize') return
      const pod = request.object as Pod
      const { nodeName: name } = pod.spec
      if (!name || pod.metadata.generation === request.old?.metadata.generation) return
      const node = lookup(store, Node, { name })
      if (!node) throw refused(request, `node ${JSON.stringify(name)} not found`)
      const os = node.metadata.labels?.[OS_LABEL] ?? 'linux'
      if (os !== 'linux') {
        const why = `pod resize is only supported on linux nodes, node ${JSON.stringify(name)} is ${JSON.stringify(os)}`
        throw withCause(request, why, 'UnsupportedPlatform')
      }
      const lacking = lackingOn(node, pod)
      if (lacking.length === 0) return
      const why = `node didn't have enough allocatable resources: ${lacking.join('; ')}`
      throw withCause(request, why, 'NodeCapacity')
    },
  }
}

function lackingOn({ status }: Node, pod: Pod): string[] {
  const allocatable = amountsOf(status?.allocatable)
  const requests = podRequests(pod)
  return ['cpu', 'memory']
    .map((name) => [name, requests.get(name) ?? 0, allocatable.get(name) ?? 0] as const)
    .filter(([, requested, most]) => requested > most)
    .map(([name, requested, most]) => `${name}, requested: ${requested}, allocatable: ${most}`)
}

function withCause(request: AdmissionRequest, why: string, reason: string): ApiError {
  const { code, reason: kind, message, status } = refused(request, why)
  return new ApiError(code, kind, message, { ...status.details, causes: [{ reason, message: '', field: '' }] })
}
