import type { LimitRange } from '../../api/kinds/core/limit-range.ts'
import { LimitRange as LimitRangeKind } from '../../api/kinds/core/limit-range.ts'
import { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim.ts'
import type { Container, ResourceList } from '../../api/kinds/core/pod-spec/types.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { listPrefix } from '../../store/keys.ts'
import type { Store } from '../../store/store.ts'
import { resourceOf } from '../context.ts'
import { claimProblems, podProblems } from './limits.ts'
import { type AdmissionPlugin, type AdmissionRequest, refused } from './plugin.ts'

/** Says which requests and limits were filled in. */
const ANNOTATION = 'kubernetes.io/limit-ranger'

/** Pods and claims stay within the limit ranges of their namespace, and get the defaults from there. */
export function limitRanger(store: Store): AdmissionPlugin {
  const rangesFor = async ({ namespace, old }: AdmissionRequest) => {
    // What is on its way out is let go.
    if (old?.metadata.deletionTimestamp) return []
    const { items } = await store.list(listPrefix(LimitRangeKind, namespace))
    return items.map(({ object }) => object as unknown as LimitRange)
  }
  return {
    name: 'LimitRanger',
    operations: ['CREATE', 'UPDATE'],

    async admit(request) {
      if (!concernsPod(request)) return
      for (const range of await rangesFor(request)) fillIn(request.object as Pod, range)
    },

    async validate(request) {
      const isPod = concernsPod(request)
      if (!isPod && !concernsClaim(request)) return
      for (const { spec } of await rangesFor(request)) {
        const problems = isPod
          ? podProblems(spec.limits, request.object as Pod)
          : claimProblems(spec.limits, request.object as PersistentVolumeClaim)
        const all = [...new Set(problems)]
        if (all.length) throw refused(request, all.length === 1 ? (all[0] ?? '') : `[${all.join(', ')}]`)
      }
    },
  }
}

/** What containers take is settled when the pod is made, or when it is resized. */
function concernsPod({ kind, subresource, operation }: AdmissionRequest): boolean {
  if (resourceOf(kind) !== Pod.plural) return false
  return operation === 'CREATE' ? subresource === '' : subresource === 'resize'
}

function concernsClaim({ kind, subresource }: AdmissionRequest): boolean {
  return resourceOf(kind) === PersistentVolumeClaim.plural && subresource === ''
}

/** Gives containers what the range says of those that say nothing, and tells so in an annotation. */
function fillIn(pod: Pod, { spec: { limits = [] } }: LimitRange): void {
  const ofContainers = limits.filter(({ type }) => type === 'Container')
  const requests: ResourceList = Object.assign({}, ...ofContainers.map(({ defaultRequest }) => defaultRequest))
  const most: ResourceList = Object.assign({}, ...ofContainers.map((item) => item.default))
  const { containers = [], initContainers = [] } = pod.spec
  const told = [
    ...containers.flatMap((container) => complete(container, 'container', requests, most)),
    ...initContainers.flatMap((container) => complete(container, 'init container', requests, most)),
  ]
  if (told.length === 0) return
  pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${told.join('; ')}` }
}

function complete(container: Container, what: string, requests: ResourceList, limits: ResourceList): string[] {
  const told: string[] = []
  const { resources = {} } = container
  for (const [list, word, defaults] of [
    ['requests', 'request', requests],
    ['limits', 'limit', limits],
  ] as const) {
    const missing = Object.keys(defaults).filter((name) => resources[list]?.[name] === undefined)
    if (missing.length === 0) continue
    resources[list] = { ...defaults, ...resources[list] }
    told.push(`${missing.sort().join(', ')} ${word} for ${what} ${container.name}`)
  }
  container.resources = resources
  return told
}
