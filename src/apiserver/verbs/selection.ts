import { badRequest } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import { parseFieldSelector, parseLabelSelector } from '../../api/selector.ts'
import type { Call } from '../call.ts'
import type { ListOptions } from '../options/list-options.ts'

/** Which objects a list or watch is about. */
export interface Selection {
  /** '' for all namespaces, or when the kind has none. */
  namespace: string
  /** The only name that can match; '' for any. */
  name: string
  /** Whether selectors leave out some of what stands in the namespace. */
  filters: boolean
  matches(object: KubeObject): boolean
}

/** Reads the selectors of a request; 400 when they cannot be read, or name a field that the kind does not know. */
export function selectionOf({ info }: Call, kind: Kind, options: ListOptions): Selection {
  const labels = parseLabelSelector(options.labelSelector)
  const fields = parseFieldSelector(options.fieldSelector)
  const terms = fields.map((term) => ({ ...term, valueOf: fieldValue(kind, term.field) }))
  const exact = (field: string) => fields.find((term) => term.field === field && term.operator === '=')?.value
  const name = exact('metadata.name') ?? ''
  if (info.name && name && name !== info.name) {
    throw badRequest("fieldSelector metadata.name doesn't match requested name")
  }
  return {
    namespace: info.namespace || (kind.scope === 'Namespaced' ? (exact('metadata.namespace') ?? '') : ''),
    name: info.name || name,
    filters: options.labelSelector !== '' || options.fieldSelector !== '',
    matches: (object) =>
      labels.matches(object.metadata.labels ?? {}) &&
      terms.every(({ operator, value, valueOf }) => (valueOf(object) === value) === (operator === '=')),
  }
}

function fieldValue(kind: Kind, field: string): (object: KubeObject) => string {
  if (field === 'metadata.name') return ({ metadata }) => metadata.name
  if (field === 'metadata.namespace') return ({ metadata }) => metadata.namespace ?? ''
  const own = Object.hasOwn(kind.fieldSelectors, field) ? kind.fieldSelectors[field] : undefined
  if (!own) throw badRequest(`field label not supported: ${field}`)
  return own
}
