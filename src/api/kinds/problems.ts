import { clone } from '../equal.ts'
import type { Kind } from '../kind.ts'
import type { KubeObject } from '../meta.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from '../object-meta.ts'
import { type Report, report as newReport } from '../report.ts'
import { warnings as newWarnings } from '../warnings.ts'

/** As much of an object as a test cares for. */
export type Sketch = object

const CREATED = '2026-01-01T00:00:00Z'

const texts = ({ causes }: Report) => causes.map(({ field, message }) => `${field}: ${message}`)

/** A whole object of a kind from a sketch, defaulted and prepared as the API server does. */
export function made<T extends KubeObject>(kind: Kind<T>, sketch: Sketch): T {
  const object = clone({ apiVersion: kind.apiVersion, kind: kind.kind, ...sketch }) as T
  const namespace = kind.scope === 'Namespaced' && { namespace: 'default' }
  object.metadata = Object.assign({ name: 'a', ...namespace }, object.metadata, { creationTimestamp: CREATED })
  kind.defaults?.(object)
  if (kind.status && !kind.statusOnCreate) Object.assign(object, { status: {} })
  kind.prepareCreate?.(object, { now: Date.parse(CREATED) })
  return object
}

/** All that is wrong with a new object, as `field: message`. */
export function createProblems<T extends KubeObject>(kind: Kind<T>, sketch: Sketch): string[] {
  const object = made(kind, sketch)
  const report = newReport()
  validateObjectMeta(object.metadata, kind, report.at('metadata'))
  kind.validate?.(object, report)
  kind.validateCreate?.(object, report)
  return texts(report)
}

/** All that is wrong with making `next` of `old`. */
export function updateProblems<T extends KubeObject>(kind: Kind<T>, old: T, next: T): string[] {
  const object = clone(next)
  object.metadata.resourceVersion ||= '1'
  kind.defaults?.(object)
  kind.prepareUpdate?.(object, old, { now: 0 })
  const report = newReport()
  validateObjectMetaUpdate(object.metadata, old.metadata, kind, report.at('metadata'))
  kind.validate?.(object, report)
  kind.validateUpdate?.(object, old, report)
  return texts(report)
}

/** What a client is told of a new object. */
export function createWarnings<T extends KubeObject>(kind: Kind<T>, sketch: Sketch): readonly string[] {
  const warn = newWarnings()
  kind.warnings?.(made(kind, sketch), undefined, warn)
  return warn.texts
}

/** What a client is told when it makes `next` of `old`. */
export function updateWarnings<T extends KubeObject>(kind: Kind<T>, old: T, next: T): readonly string[] {
  const warn = newWarnings()
  kind.warnings?.(next, old, warn)
  return warn.texts
}

/** All that is wrong with a new status. */
export function statusProblems<T extends KubeObject>(kind: Kind<T>, old: T, next: T): string[] {
  const object = clone(next)
  kind.prepareStatusUpdate?.(object, old, { now: 0 })
  const report = newReport()
  kind.validateStatusUpdate?.(object, old, report)
  return texts(report)
}
