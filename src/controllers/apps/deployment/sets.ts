import type { Deployment } from '../../../api/kinds/apps/deployment.ts'
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts'
import type { Draft } from '../../../api/meta.ts'
import { controllerRef } from '../../owner.ts'
import { maxSurge, replicasOf } from './limits.ts'
import { sameTemplate, TEMPLATE_HASH_LABEL, templateHash } from './template-hash.ts'

/** Which of its rollouts a deployment is at; on a replica set, which rollout made it. */
export const REVISION_ANNOTATION = 'deployment.kubernetes.io/revision'
const REVISION_HISTORY_ANNOTATION = 'deployment.kubernetes.io/revision-history'
const DESIRED_ANNOTATION = 'deployment.kubernetes.io/desired-replicas'
const MAX_ANNOTATION = 'deployment.kubernetes.io/max-replicas'

/** About a hundred revisions. */
const HISTORY_MAX_CHARS = 2000

const NAME_MAX_CHARS = 253

/** Annotations of a deployment that its replica sets do not inherit. */
const NOT_INHERITED: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION_ANNOTATION,
  REVISION_HISTORY_ANNOTATION,
  DESIRED_ANNOTATION,
  MAX_ANNOTATION,
  'deprecated.deployment.rollback.to',
])

/** The replica sets of a deployment: the one with its template, if there is one, and the others, oldest first. */
export interface Sets {
  current: ReplicaSet | undefined
  old: ReplicaSet[]
}

/** Sorts the replica sets of a deployment out. Of several with its template the oldest counts. */
export function sortOut(deployment: Deployment, sets: readonly ReplicaSet[]): Sets {
  const oldestFirst = sets.toSorted(byCreation)
  const current = oldestFirst.find((set) => sameTemplate(set.spec.template, deployment.spec.template))
  return { current, old: oldestFirst.filter((set) => set !== current) }
}

export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const created = Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp)
  return created || (a.metadata.name < b.metadata.name ? -1 : 1)
}

/** Oldest rollout first. */
export function byRevision(a: ReplicaSet, b: ReplicaSet): number {
  return revisionOf(a) - revisionOf(b) || byCreation(a, b)
}

export function allOf({ current, old }: Sets): ReplicaSet[] {
  return current ? [...old, current] : old
}

export function isScaled(set: ReplicaSet): boolean {
  return replicasOf(set) > 0
}

/** The number of the rollout that made (or last revived) the replica set; 0 when nobody knows. */
function revisionOf({ metadata }: ReplicaSet): number {
  const revision = Number(metadata.annotations?.[REVISION_ANNOTATION] ?? 0)
  return Number.isInteger(revision) ? revision : 0
}

/** How many replicas the deployment wanted when this replica set was last scaled. */
export function desiredWhenScaled({ metadata }: ReplicaSet): number | undefined {
  return countFrom(metadata.annotations?.[DESIRED_ANNOTATION])
}

/** How many replicas, surge included, the deployment allowed when this replica set was last scaled. */
export function maxWhenScaled({ metadata }: ReplicaSet): number | undefined {
  return countFrom(metadata.annotations?.[MAX_ANNOTATION])
}

function countFrom(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

type Annotations = Readonly<Record<string, string>>

/** The annotations that say for how many replicas a replica set was scaled. */
export function scaleAnnotations(deployment: Deployment): Annotations {
  const desired = replicasOf(deployment)
  return { [DESIRED_ANNOTATION]: String(desired), [MAX_ANNOTATION]: String(desired + maxSurge(deployment)) }
}

/** The annotations that the current replica set must have: the deployment's own, and its revision with history. */
export function currentAnnotations(deployment: Deployment, { current, old }: Sets): Annotations {
  const has = current?.metadata.annotations ?? {}
  const own = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !NOT_INHERITED.has(key))
  return { ...has, ...Object.fromEntries(own), ...revisionAnnotations(has, Math.max(0, ...old.map(revisionOf)) + 1) }
}

function revisionAnnotations(has: Annotations, revision: number): Annotations {
  const before = has[REVISION_ANNOTATION]
  if (before !== undefined && !(Number(before) < revision)) return {}
  const next = { [REVISION_ANNOTATION]: String(revision) }
  return before
    ? { ...next, [REVISION_HISTORY_ANNOTATION]: historyWith(has[REVISION_HISTORY_ANNOTATION], before) }
    : next
}

/** A rollback revives a replica set under a new revision; the old one is remembered, within limits. */
function historyWith(history: string | undefined, revision: string): string {
  const revisions = history ? [...history.split(','), revision] : [revision]
  while (revisions.length > 1 && revisions.join().length > HISTORY_MAX_CHARS) revisions.shift()
  return revisions.join()
}

/** A new replica set for the deployment's template. Its name comes from the template, so that making it twice is making it once. */
export function newSet(
  deployment: Deployment,
  sets: Sets,
  replicas: number,
): Draft<ReplicaSet> & { metadata: { name: string } } {
  const { name, namespace } = deployment.metadata
  const { template, selector, minReadySeconds } = deployment.spec
  const hash = templateHash(template, deployment.status?.collisionCount)
  const label = { [TEMPLATE_HASH_LABEL]: hash }
  const labels = { ...template?.metadata?.labels, ...label }
  return {
    metadata: {
      name: `${name.slice(0, NAME_MAX_CHARS - 1 - hash.length)}-${hash}`,
      namespace,
      labels,
      annotations: { ...currentAnnotations(deployment, sets), ...scaleAnnotations(deployment) },
      ownerReferences: [controllerRef(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds && { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, ...label } },
      template: { ...template, metadata: { ...template?.metadata, labels } },
    },
  }
}
