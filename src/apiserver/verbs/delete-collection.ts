import { isApiError } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import type { Answer, Call } from '../call.ts'
import type { Context } from '../context.ts'
import { deleteOptions } from '../options/delete-options.ts'
import { listOptions } from '../options/list-options.ts'
import { negotiate } from '../representation/negotiate.ts'
import { answerList } from '../representation/list.ts'
import { deleteObject } from '../strategy/delete.ts'
import { readPage } from './list.ts'
import { selectionOf } from './selection.ts'
import { writerOf } from './writer.ts'

/** DELETE of a collection: each object that matches, one after the other. Answers with what was there. */
export async function deleteCollection(context: Context, call: Call, kind: Kind): Promise<Answer> {
  negotiate(call)
  const wanted = listOptions(call.query, false)
  const options = await deleteOptions(context, call)
  const { items, metadata } = await readPage(context, kind, selectionOf(call, kind, wanted), wanted)
  const writer = writerOf(call)
  for (const { object } of items) {
    const { namespace = '', name } = object.metadata
    try {
      await deleteObject(context, { kind, namespace, name, options, writer })
    } catch (error) {
      // Somebody else was faster: it is gone, which is what was asked for.
      if (!isApiError(error, 'NotFound')) throw error
    }
  }
  return answerList(context, call, kind, items, metadata)
}
