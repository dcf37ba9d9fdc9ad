import type { IControllerRevision } from 'kubernetes-models/apps/v1/ControllerRevision'
import { deepEqual } from '../../equal.ts'
import { age, defineKind } from '../../kind.ts'
import { controllerOf, parseApiVersion, type Served } from '../../meta.ts'
import { IMMUTABLE } from '../../object-meta.ts'
import { nonNegative } from '../check.ts'

export type ControllerRevision = Served<IControllerRevision>

export const ControllerRevision = defineKind<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  scope: 'Namespaced',

  defaults(history) {
    history.revision ??= 0
  },

  validate({ revision, data }, report) {
    nonNegative(report, 'revision', revision)
    if (data === undefined || data === null) report.required('data', 'data is mandatory')
    else if (typeof data !== 'object' || Array.isArray(data)) {
      report.required('data', 'data must be a valid JSON object')
    }
  },

  validateUpdate(next, old, report) {
    if (!deepEqual(next.data, old.data)) report.invalid('data', next.data, IMMUTABLE)
  },

  columns: [['Controller', controllerText], ['Revision', ({ revision }) => revision], age],
})

/** `daemonset.apps/web`, or `<none>`. */
function controllerText(history: ControllerRevision): string {
  const owner = controllerOf(history)
  if (!owner) return '<none>'
  const { group } = parseApiVersion(owner.apiVersion)
  return `${(group ? `${owner.kind}.${group}` : owner.kind).toLowerCase()}/${owner.name}`
}
