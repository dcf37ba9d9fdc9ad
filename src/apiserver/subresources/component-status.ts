import { notFound } from '../../api/errors.ts'
import type { KubeObject } from '../../api/meta.ts'
import type { Served } from '../context.ts'
import type { Subresource } from '../registry.ts'
import { answerList } from '../representation/list.ts'
import { answerServed } from '../representation/served.ts'

/** The one component that can be asked from here: the store answers, or there would be no answer at all. */
const STORE = 'etcd-0'

/** Read-only and deprecated: how the parts of the control plane are. */
export const componentStatuses: Subresource = {
  async get(context, call, kind) {
    if (call.info.name !== STORE) throw notFound(kind, call.info.name)
    return answerServed(context, call, kind, 200, storeStatus())
  },

  async list(context, call, kind) {
    return answerList(context, call, kind, [storeStatus()], { resourceVersion: '' })
  },
}

function storeStatus(): Served {
  const object = {
    kind: 'ComponentStatus',
    apiVersion: 'v1',
    metadata: { name: STORE },
    conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
  } as unknown as KubeObject
  return { object, text: JSON.stringify(object) }
}
