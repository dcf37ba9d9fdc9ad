import type { INamespace } from 'kubernetes-models/v1/Namespace'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { nameIsDns1123Label, qualifiedName } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach } from '../check.ts'

export type Namespace = Served<INamespace>

/** Keeps a namespace until all that stands in it is gone. */
const FINALIZER = 'kubernetes'

export const Namespace = defineKind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  scope: 'Cluster',
  returnDeletedObject: true,
  nameRule: nameIsDns1123Label,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  status: true,
  generation: false,
  subresources: [{ name: 'finalize', verbs: ['update'] }],
  columns: [['Status', ({ status }) => status?.phase ?? '', { description: 'The status of the namespace' }], age],
  fieldSelectors: { 'status.phase': ({ status }) => status?.phase ?? '' },

  defaults(namespace) {
    namespace.spec ??= {}
    labelWithName(namespace)
  },

  prepareCreate(namespace) {
    labelWithName(namespace)
    namespace.status = { phase: 'Active' }
    const finalizers = namespace.spec?.finalizers ?? []
    namespace.spec = {
      ...namespace.spec,
      finalizers: finalizers.includes(FINALIZER) ? finalizers : [...finalizers, FINALIZER],
    }
  },

  validate(namespace, report) {
    for (const finalizer of namespace.spec?.finalizers ?? []) {
      validateNamespaceFinalizer(report, 'spec.finalizers', finalizer)
    }
  },

  validateStatusUpdate({ metadata, status }, _old, report) {
    const wanted = metadata.deletionTimestamp ? 'Terminating' : 'Active'
    if (status?.phase === wanted) return
    const when = metadata.deletionTimestamp ? 'is not empty' : 'is empty'
    report.invalid('status.Phase', status?.phase ?? '', `may only be '${wanted}' if \`deletionTimestamp\` ${when}`)
  },

  prepareUpdate(namespace, old) {
    labelWithName(namespace)
    // Only the finalize subresource may change them.
    namespace.spec = { ...namespace.spec, finalizers: old.spec?.finalizers }
  },
})

/** Lets selectors pick a namespace by its name. Nothing to write before the name has been generated. */
function labelWithName({ metadata }: Namespace): void {
  if (metadata.name) metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name }
}

/** What is wrong with a finalizer of a namespace; the finalize subresource asks this too. */
export function validateNamespaceFinalizer(report: Report, path: string, finalizer: string): void {
  invalidEach(report, path, finalizer, qualifiedName(finalizer))
  if (!finalizer.includes('/') && !['kubernetes', 'orphan', 'foregroundDeletion'].includes(finalizer)) {
    report.invalid(path, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')
  }
}
