import { clone, deepEqual } from '../../api/equal.ts'
import type { Container } from '../../api/kinds/core/pod-spec/types.ts'
import { Event } from '../../api/kinds/core/event.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { PodPreset } from '../../api/kinds/settings/pod-preset.ts'
import { matchesLabels } from '../../api/selector.ts'
import { timestamp } from '../../std/clock.ts'
import type { Env } from '../../std/env.ts'
import { listPrefix } from '../../store/keys.ts'
import type { Store } from '../../store/store.ts'
import { keyFor } from '../context.ts'
import { type AdmissionPlugin, type AdmissionRequest, isFor } from './plugin.ts'

const PREFIX = 'podpreset.admission.kubernetes.io'
const EXCLUDE = `${PREFIX}/exclude`
const MIRROR = 'kubernetes.io/config.mirror'

/** The annotation that says that a preset was applied, and in which state. */
const appliedAnnotation = (name: string) => `${PREFIX}/podpreset-${name}`

/**
 * New pods get what the presets of their namespace have for their labels: variables, volumes and mounts, in all containers.
 * When that contradicts the pod, nothing is applied, and an event tells.
 */
export function podPreset(store: Store, env: Env): AdmissionPlugin {
  const presetsFor = async (request: AdmissionRequest): Promise<PodPreset[]> => {
    if (!isFor(request, Pod)) return []
    const { metadata } = request.object as Pod
    if (metadata.annotations?.[MIRROR] !== undefined || metadata.annotations?.[EXCLUDE] === 'true') return []
    const { items } = await store.list(listPrefix(PodPreset, request.namespace))
    const presets = items.map(({ object }) => object as unknown as PodPreset)
    return presets.filter(({ spec }) => matchesLabels(spec.selector ?? {}, metadata.labels))
  }
  return {
    name: 'PodPreset',
    operations: ['CREATE'],

    async admit(request) {
      const presets = await presetsFor(request)
      const pod = request.object as Pod
      if (presets.length === 0 || conflictsOf(pod, presets).length) return
      applyPresets(pod, presets)
    },

    // Only now has the pod a name that an event can be about.
    async validate(request) {
      const pod = request.object as Pod
      const presets = await presetsFor(request)
      if (presets.every(({ metadata }) => pod.metadata.annotations?.[appliedAnnotation(metadata.name)])) return
      const conflicts = conflictsOf(pod, presets)
      if (conflicts.length && !request.dryRun) await tell(store, env, pod, request.namespace, conflicts)
    },
  }
}

/** Merges presets that do not contradict the pod into it, in place. */
export function applyPresets(pod: Pod, presets: readonly PodPreset[]): void {
  const { spec, metadata } = pod
  const all = clone({
    env: presets.flatMap(({ spec }) => spec.env ?? []),
    envFrom: presets.flatMap(({ spec }) => spec.envFrom ?? []),
    volumes: presets.flatMap(({ spec }) => spec.volumes ?? []),
    volumeMounts: presets.flatMap(({ spec }) => spec.volumeMounts ?? []),
  })
  add(spec, 'volumes', union(spec.volumes ?? [], all.volumes, nameOf))
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    add(container, 'env', union(container.env ?? [], all.env, nameOf))
    add(container, 'envFrom', [...(container.envFrom ?? []), ...all.envFrom])
    add(container, 'volumeMounts', union(container.volumeMounts ?? [], all.volumeMounts, mountPathOf))
  }
  const applied = presets.map(({ metadata: { name, resourceVersion } }) => [appliedAnnotation(name), resourceVersion])
  metadata.annotations = { ...metadata.annotations, ...Object.fromEntries(applied) }
}

const nameOf = ({ name }: { name: string }) => name

function add<T extends object, K extends keyof T>(target: T, field: K, list: T[K] & readonly unknown[]): void {
  if (list.length) target[field] = list
}

/** What there is, and of what is added that for which nothing stands under its key. */
function union<T>(own: readonly T[], added: readonly T[], keyOf: (item: T) => string): T[] {
  const keys = new Set(own.map(keyOf))
  const more = added.filter((item) => !keys.has(keyOf(item)) && keys.add(keyOf(item)))
  return [...own, ...more]
}

interface Wanted {
  preset: string
  items: readonly { name: string }[]
}

/** Why presets cannot be merged into a pod; upstream's words, the values as JSON. */
export function conflictsOf({ spec }: Pod, presets: readonly PodPreset[]): string[] {
  const of = (field: 'env' | 'volumes' | 'volumeMounts') =>
    presets.map(({ metadata, spec }): Wanted => ({ preset: metadata.name, items: spec[field] ?? [] }))
  const inContainer = ({ env = [], volumeMounts = [] }: Container) => [
    ...clashes('env', '', env, of('env'), nameOf, ' in container'),
    ...clashes('volume mounts', '', volumeMounts, of('volumeMounts'), nameOf, ' in container'),
    ...clashes('volume mounts', 'mount path ', volumeMounts, of('volumeMounts'), mountPathOf, ' in container'),
  ]
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
  const all = [
    ...clashes('volumes', '', spec.volumes ?? [], of('volumes'), nameOf, 'in pod spec'),
    ...containers.flatMap(inContainer),
  ]
  return [...new Set(all)]
}

const mountPathOf = (mount: object) => (mount as { mountPath: string }).mountPath

/** Items that are there under the same key already and say something else; items of an earlier preset count as there. */
function clashes(
  what: string,
  by: string,
  own: readonly { name: string }[],
  wanted: readonly Wanted[],
  keyOf: (item: { name: string }) => string,
  where: string,
): string[] {
  const there = new Map(own.map((item) => [keyOf(item), item]))
  const found: string[] = []
  for (const { preset, items } of wanted) {
    for (const item of items) {
      const key = keyOf(item)
      const other = there.get(key)
      if (!other) there.set(key, item)
      else if (!deepEqual(other, item)) {
        const [a, b] = [JSON.stringify(item), JSON.stringify(other)]
        found.push(
          `merging ${what} for ${preset} has a conflict on ${by}${key}: \n${a}\ndoes not match\n${b}\n${where}`,
        )
      }
    }
  }
  return found
}

async function tell(store: Store, env: Env, pod: Pod, namespace: string, conflicts: readonly string[]): Promise<void> {
  const now = timestamp(env.clock.now())
  const { name, uid } = pod.metadata
  const eventName = `${name}.${env.random.suffix(16)}`
  const metadata = { name: eventName, namespace, uid: env.random.uuid(), creationTimestamp: now }
  await store.create(keyFor(Event, namespace, eventName), {
    apiVersion: Event.apiVersion,
    kind: Event.kind,
    metadata,
    involvedObject: { apiVersion: Pod.apiVersion, kind: Pod.kind, namespace, name, uid },
    type: 'Warning',
    reason: 'PodPresetConflict',
    message: `conflict occurred while applying podpresets: ${conflicts.join(', ')}`.slice(0, MESSAGE_MAX),
    source: { component: 'podpreset-admission' },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  } as Event)
}

const MESSAGE_MAX = 1024
