import { Pod } from '../../api/kinds/core/pod.ts'
import { PriorityClass } from '../../api/kinds/scheduling/priority-class.ts'
import type { Store } from '../../store/store.ts'
import { listPrefix } from '../../store/keys.ts'
import { lookup } from '../context.ts'
import { type AdmissionPlugin, type AdmissionRequest, refused } from './plugin.ts'

/** What a pod has whose class is not said, where no class is the default. */
const NO_CLASS = { priorityClassName: '', priority: 0, preemptionPolicy: 'PreemptLowerPriority' } as const

interface Resolved {
  priorityClassName: string
  priority: number
  preemptionPolicy?: Pod['spec']['preemptionPolicy']
}

/** Pods get the number that their priority class stands for; of classes, one at most is the default. */
export function priority(store: Store): AdmissionPlugin {
  return {
    name: 'Priority',
    operations: ['CREATE', 'UPDATE'],

    async admit(request) {
      if (!isFor(request, Pod.plural)) return
      const { spec } = request.object as unknown as Pod
      if (request.operation === 'UPDATE') keep(spec, (request.old as unknown as Pod).spec)
      else await resolve(store, request, spec)
    },

    async validate(request) {
      if (!isFor(request, PriorityClass.plural)) return
      const { globalDefault, metadata } = request.object as unknown as PriorityClass
      const other = globalDefault ? await defaultClass(store) : undefined
      if (!other || other.metadata.name === metadata.name) return
      const why = `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`
      throw refused(request, why)
    },
  }
}

function isFor({ kind, subresource }: AdmissionRequest, plural: string): boolean {
  return kind.plural === plural && subresource === ''
}

/** Clients that do not know the fields must not lose them. */
function keep(next: Pod['spec'], old: Pod['spec']): void {
  if (old.priority !== undefined) next.priority ??= old.priority
  if (old.preemptionPolicy !== undefined) next.preemptionPolicy ??= old.preemptionPolicy
}

async function resolve(store: Store, request: AdmissionRequest, spec: Pod['spec']): Promise<void> {
  const { priorityClassName, priority, preemptionPolicy } = await resolved(store, request, spec.priorityClassName)
  if (spec.priority !== undefined && spec.priority !== priority) {
    throw refused(request, mustNotBeProvided('integer value of priority', spec.priority, priority))
  }
  if (preemptionPolicy && spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
    throw refused(
      request,
      mustNotBeProvided('string value of PreemptionPolicy', spec.preemptionPolicy, preemptionPolicy),
    )
  }
  if (priorityClassName) spec.priorityClassName = priorityClassName
  spec.priority = priority
  if (preemptionPolicy) spec.preemptionPolicy = preemptionPolicy
}

function mustNotBeProvided(what: string, given: unknown, computed: unknown): string {
  return `the ${what} (${given}) must not be provided in pod spec; priority admission controller computed ${computed} from the given PriorityClass name`
}

async function resolved(store: Store, request: AdmissionRequest, name: string | undefined): Promise<Resolved> {
  const found = name ? lookup(store, PriorityClass, { name }) : await defaultClass(store)
  if (name && !found) throw refused(request, `no PriorityClass with name ${name} was found`)
  if (!found) return NO_CLASS
  const { metadata, value = 0, preemptionPolicy } = found
  return { priorityClassName: metadata.name, priority: value, ...(preemptionPolicy && { preemptionPolicy }) }
}

/** The class of pods that name none: of several, by mistake, that with the lowest value. */
async function defaultClass(store: Store): Promise<PriorityClass | undefined> {
  const { items } = await store.list(listPrefix(PriorityClass))
  const defaults = items
    .map(({ object }) => object as unknown as PriorityClass)
    .filter(({ globalDefault }) => globalDefault)
  return defaults.sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0]
}
