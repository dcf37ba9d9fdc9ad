import { forbidden, notFound } from '../../api/errors.ts'
import { Namespace } from '../../api/kinds/core/namespace.ts'
import type { Store } from '../../store/store.ts'
import { lookup } from '../context.ts'
import { type AdmissionPlugin, refused } from './plugin.ts'

/** Namespaces that the system cannot be without. */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public'])

/** Nothing is made in a namespace that is not there, or that is being deleted. */
export function namespaceLifecycle(store: Store): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    operations: ['CREATE', 'UPDATE', 'DELETE'],

    admit(request) {
      const { operation, kind, namespace, name } = request
      if (kind.plural === 'namespaces' && kind.group === '') {
        if (operation === 'DELETE' && IMMORTAL.has(name))
          throw forbidden(kind, name, 'this namespace may not be deleted')
        return
      }
      if (kind.scope === 'Cluster' || operation === 'DELETE') return
      const found = lookup(store, Namespace, { name: namespace })
      if (!found) throw notFound(Namespace, namespace)
      if (operation !== 'CREATE' || found.status.phase !== 'Terminating') return
      const why = `unable to create new content in namespace ${namespace} because it is being terminated`
      const error = refused(request, why)
      const cause = { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated` }
      Object.assign(error.status.details ?? {}, { causes: [{ ...cause, field: 'metadata.namespace' }] })
      throw error
    },
  }
}
