import { isApiError } from '../../api/errors.ts'
import { ConfigMap } from '../../api/kinds/core/config-map.ts'
import { Namespace } from '../../api/kinds/core/namespace.ts'
import { deepEqual } from '../../api/equal.ts'
import { isNamespaceTerminating } from '../failures.ts'
import { controller } from '../runtime.ts'

const NAME = 'kube-root-ca.crt'

/** As upstream words it: it is part of the object that users see. */
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. ' +
  'No other usage is guaranteed across distributions of Kubernetes clusters.'

/** Publishes in each namespace the CA that signed the API server's certificate. */
export const rootCa = controller({
  name: 'root-ca-certificate-publisher',
  component: 'root-ca-cert-publisher',
  for: Namespace,
  watches: [
    {
      kind: ConfigMap,
      keys: ({ metadata: { name, namespace = '' } }) => (name === NAME ? [namespace] : []),
    },
  ],

  async reconcile(namespace, { api, cache, config }) {
    const ref = { namespace: namespace.metadata.name, name: NAME }
    if (namespace.metadata.deletionTimestamp) return
    const found = cache(ConfigMap).get(ref)
    const wanted = planRootCa(found, config.rootCa)
    if (!wanted) return
    try {
      if (found) await api(ConfigMap).update({ ...found, ...wanted })
      else await api(ConfigMap).create({ ...wanted, metadata: { ...wanted.metadata, ...ref } })
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists') && !isNamespaceTerminating(error)) throw error
    }
  },
})

/** What the ConfigMap should say, unless it says so already. */
export function planRootCa(found: ConfigMap | undefined, rootCa: string) {
  const data = { 'ca.crt': rootCa }
  if (found && deepEqual(found.data, data) && found.metadata.annotations?.['kubernetes.io/description'])
    return undefined
  const annotations = { ...found?.metadata.annotations, 'kubernetes.io/description': DESCRIPTION }
  return { data, metadata: { ...found?.metadata, annotations } as ConfigMap['metadata'] }
}
