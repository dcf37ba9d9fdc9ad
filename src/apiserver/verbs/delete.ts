import type { Kind } from '../../api/kind.ts'
import type { Answer, Call } from '../call.ts'
import { type Context, resourceOf } from '../context.ts'
import { deleteOptions } from '../options/delete-options.ts'
import { answerStatus } from '../representation/answer.ts'
import { negotiate } from '../representation/negotiate.ts'
import { answerServed } from '../representation/served.ts'
import { deleteObject, deletionStatus } from '../strategy/delete.ts'
import { writerOf } from './writer.ts'

/** Kinds whose deletion answers with the object that is gone; the others answer with a Status. */
const SHOWN_WHEN_DELETED = new Set([
  'namespaces',
  'persistentvolumeclaims',
  'persistentvolumes',
  'pods',
  'podtemplates',
  'resourcequotas',
  'serviceaccounts',
  'services',
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'storageclasses.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'volumeattributesclasses.storage.k8s.io',
])

/** DELETE of an object. */
export async function remove(context: Context, call: Call, kind: Kind): Promise<Answer> {
  negotiate(call)
  const { namespace, name } = call.info
  const options = await deleteOptions(context, call)
  const { served, gone } = await deleteObject(context, { kind, namespace, name, options, writer: writerOf(call) })
  if (gone && !SHOWN_WHEN_DELETED.has(resourceOf(kind))) {
    return answerStatus(call, deletionStatus(kind, served.object))
  }
  const code = !gone && options.orphanDependents === false ? 202 : 200
  return answerServed(context, call, kind, code, served)
}
