import { type GroupResource, qualified } from '../errors.ts'
import type { Evaluator } from './evaluator.ts'
import { countedResource, objectCount } from './object-count.ts'
import { persistentVolumeClaims } from './persistent-volume-claims.ts'
import { pods } from './pods.ts'
import { services } from './services.ts'

const SPECIAL: readonly Evaluator[] = [pods, services, persistentVolumeClaims]

/** What no quota counts: events, and what is asked rather than stored. */
const UNCOUNTED: ReadonlySet<string> = new Set([
  'bindings',
  'componentstatuses',
  'events',
  'events.events.k8s.io',
  'tokenreviews.authentication.k8s.io',
  'selfsubjectreviews.authentication.k8s.io',
  'subjectaccessreviews.authorization.k8s.io',
  'selfsubjectaccessreviews.authorization.k8s.io',
  'localsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
])

const same = (a: GroupResource, b: GroupResource) => a.group === b.group && a.plural === b.plural

/** Who measures the objects of a resource; `undefined` when no quota counts them. */
export function evaluatorOf(resource: GroupResource): Evaluator | undefined {
  const special = SPECIAL.find((evaluator) => same(evaluator.resource, resource))
  if (special) return special
  return UNCOUNTED.has(qualified(resource)) ? undefined : objectCount(resource)
}

/** All who measure one of the resources that a quota names. */
export function evaluatorsFor(names: readonly string[]): Evaluator[] {
  const found = SPECIAL.filter((evaluator) => names.some((name) => evaluator.measures(name)))
  for (const name of names) {
    const resource = countedResource(name)
    const evaluator = resource && evaluatorOf(resource)
    if (evaluator && !found.some((other) => same(other.resource, evaluator.resource))) found.push(evaluator)
  }
  return found
}
