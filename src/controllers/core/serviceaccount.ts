import { isApiError } from '../../api/errors.ts'
import { Namespace } from '../../api/kinds/core/namespace.ts'
import { ServiceAccount } from '../../api/kinds/core/service-account.ts'
import { isNamespaceTerminating } from '../failures.ts'
import { controller } from '../runtime.ts'

const NAME = 'default'

/** Sees to it that each namespace has the service account that pods get when they name none. */
export const serviceAccount = controller({
  name: 'serviceaccount',
  component: 'service-account-controller',
  for: Namespace,
  watches: [
    {
      kind: ServiceAccount,
      keys: ({ metadata: { name, namespace = '' } }, { cache }) =>
        name === NAME && !cache(ServiceAccount).get({ namespace, name }) ? [namespace] : [],
    },
  ],
  wants: isLiving,

  async reconcile(namespace, { api, cache }) {
    const ref = { namespace: namespace.metadata.name, name: NAME }
    if (!isLiving(namespace) || cache(ServiceAccount).get(ref)) return
    try {
      await api(ServiceAccount).create({ metadata: ref })
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists') && !isNamespaceTerminating(error)) throw error
    }
  },
})

/** Whether things can still be made in the namespace. */
function isLiving({ metadata, status }: Namespace): boolean {
  return !metadata.deletionTimestamp && status?.phase !== 'Terminating'
}
