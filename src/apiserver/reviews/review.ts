import { invalid } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import { report as newReport } from '../../api/report.ts'
import type { Call } from '../call.ts'
import type { Context } from '../context.ts'
import { writeOptions } from '../options/write-options.ts'
import { readObject } from '../payload.ts'
import type { Handler, Subresource } from '../registry.ts'
import { negotiate } from '../representation/negotiate.ts'
import { answerServed } from '../representation/served.ts'
import { ensureNamespace, wipeSystemFields } from '../strategy/metadata.ts'

/** Answers one review: fills in its status. */
type Review<T extends KubeObject> = (context: Context, call: Call, review: T) => Promise<T> | T

/**
 * A kind that is only created, and answered at once. Admission is not asked, as whether a namespace is there must not be
 * told to who may only ask.
 */
export function review<T extends KubeObject>(kind: Kind<T>, answer: Review<T>): Subresource {
  const create: Handler = async (context, call) => {
    negotiate(call)
    const { fieldValidation } = writeOptions(call, 'CreateOptions')
    const object = await readObject(context, call, kind, fieldValidation)
    wipeSystemFields(object)
    ensureNamespace(object, kind, call.info.namespace)
    const report = newReport()
    kind.validate?.(object, report)
    if (report.causes.length) throw invalid(kind, '', report.causes)
    const answered = await answer(context, call, object)
    return answerServed(context, call, kind, 201, {
      object: answered,
      text: JSON.stringify(answered),
    })
  }
  return { create }
}
