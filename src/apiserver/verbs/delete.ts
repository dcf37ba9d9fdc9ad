import type { Kind } from '../../api/kind.ts'
import type { Answer, Call } from '../call.ts'
import type { Context } from '../context.ts'
import { deleteOptions } from '../options/delete-options.ts'
import { answerStatus } from '../representation/answer.ts'
import { negotiate } from '../representation/negotiate.ts'
import { answerServed } from '../representation/served.ts'
import { deleteObject, deletionStatus } from '../strategy/delete.ts'
import { writerOf } from './writer.ts'

/** DELETE of an object. */
export async function remove(context: Context, call: Call, kind: Kind): Promise<Answer> {
  negotiate(call)
  const { namespace, name } = call.info
  const options = await deleteOptions(context, call)
  const { served, gone } = await deleteObject(context, { kind, namespace, name, options, writer: writerOf(call) })
  if (gone && !kind.returnDeletedObject) {
    return answerStatus(call, deletionStatus(kind, served.object))
  }
  const code = !gone && options.orphanDependents === false ? 202 : 200
  return answerServed(context, call, kind, code, served)
}
