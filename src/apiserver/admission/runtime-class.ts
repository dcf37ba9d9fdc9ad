import { deepEqual } from '../../api/equal.ts'
import type { ResourceList } from '../../api/kinds/core/pod-spec/types.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { RuntimeClass } from '../../api/kinds/node/runtime-class.ts'
import { compareQuantities } from '../../api/quantity.ts'
import type { Toleration } from '../../api/tolerations.ts'
import type { Store } from '../../store/store.ts'
import { lookup } from '../context.ts'
import { type AdmissionPlugin, type AdmissionRequest, isFor, refused } from './plugin.ts'

const MISMATCH = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"

/** Pods take on what their runtime class costs, and where it can run. */
export function runtimeClass(store: Store): AdmissionPlugin {
  return {
    name: 'RuntimeClass',
    operations: ['CREATE'],

    admit(request) {
      if (!isFor(request, Pod)) return
      const found = classOf(store, request)
      const { spec } = request.object as Pod
      if (found?.overhead) {
        if (Object.keys(spec.overhead ?? {}).length && !sameAmounts(found.overhead.podFixed, spec.overhead)) {
          throw refused(request, MISMATCH)
        }
        if (found.overhead.podFixed) spec.overhead = { ...found.overhead.podFixed }
      }
      if (found?.scheduling) setScheduling(request, spec, found.scheduling)
    },

    validate(request) {
      if (!isFor(request, Pod)) return
      const { overhead } = classOf(store, request) ?? {}
      const { spec } = request.object as Pod
      if (overhead && !sameAmounts(overhead.podFixed, spec.overhead)) throw refused(request, MISMATCH)
      if (!overhead && spec.overhead) {
        throw refused(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')
      }
    },
  }
}

function classOf(store: Store, request: AdmissionRequest): RuntimeClass | undefined {
  const { runtimeClassName: name } = (request.object as Pod).spec
  if (name === undefined) return undefined
  const found = lookup(store, RuntimeClass, { name })
  if (!found) throw refused(request, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`)
  return found
}

function sameAmounts(a: ResourceList = {}, b: ResourceList = {}): boolean {
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => b[name] !== undefined && compareQuantities(a[name] ?? 0, b[name]) === 0)
  )
}

type Scheduling = NonNullable<RuntimeClass['scheduling']>

function setScheduling(
  request: AdmissionRequest,
  spec: Pod['spec'],
  { nodeSelector = {}, tolerations = [] }: Scheduling,
): void {
  for (const [key, value] of Object.entries(nodeSelector)) {
    const own = spec.nodeSelector?.[key]
    if (own === undefined || own === value) continue
    const why = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`
    throw refused(request, why)
  }
  if (Object.keys(nodeSelector).length) spec.nodeSelector = { ...spec.nodeSelector, ...nodeSelector }
  const merged = mergeTolerations([...(spec.tolerations ?? []), ...tolerations])
  if (merged.length) spec.tolerations = merged
}

/** Without those that another one includes; of equal ones the first stays. */
export function mergeTolerations(all: readonly Toleration[]): Toleration[] {
  const merged: Toleration[] = []
  for (const [i, toleration] of all.entries()) {
    const rest = all.slice(i + 1).filter((other) => !deepEqual(toleration, other))
    if (![...merged, ...rest].some((other) => includes(other, toleration))) merged.push(toleration)
  }
  return merged
}

/** Whether `wide` tolerates all that `narrow` does (upstream's isSuperset). */
function includes(wide: Toleration, narrow: Toleration): boolean {
  if (deepEqual(wide, narrow)) return true
  const coversAllKeys = !wide.key && wide.operator === 'Exists'
  if ((narrow.key ?? '') !== (wide.key ?? '') && !coversAllKeys) return false
  if (wide.effect && wide.effect !== narrow.effect) return false
  if (wide.effect === 'NoExecute' && wide.tolerationSeconds !== undefined) {
    if (narrow.tolerationSeconds === undefined || narrow.tolerationSeconds > wide.tolerationSeconds) return false
  }
  if (wide.operator === 'Exists') return true
  if (wide.operator && wide.operator !== 'Equal') return false
  return narrow.operator === 'Equal' && (narrow.value ?? '') === (wide.value ?? '')
}
