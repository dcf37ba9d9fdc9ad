import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import type { Answer, Call } from '../call.ts'
import type { Context } from '../context.ts'
import { writeOptions } from '../options/write-options.ts'
import { readObject } from '../payload.ts'
import { negotiate } from '../representation/negotiate.ts'
import { answerServed } from '../representation/served.ts'
import { createObject } from '../strategy/create.ts'
import { recordManager } from '../strategy/managers.ts'
import { ensureNamespace, wipeSystemFields } from '../strategy/metadata.ts'
import { objectStrategy } from '../strategy/update-strategy.ts'
import { writerOf } from './writer.ts'

/** POST to a collection. */
export async function create(context: Context, call: Call, kind: Kind): Promise<Answer> {
  negotiate(call)
  const { dryRun, manager, fieldValidation } = writeOptions(call, 'CreateOptions')
  const object: KubeObject = await readObject(context, call, kind, fieldValidation)
  wipeSystemFields(object)
  // The namespace that a namespace is in is itself, for admission.
  const namespace = call.info.namespace || (kind.plural === 'namespaces' ? object.metadata.name : '')
  ensureNamespace(object, kind, namespace)
  recordManager(context, kind, manager, objectStrategy(kind, context.schema), object, undefined)
  const served = await createObject(context, { kind, namespace, object, writer: writerOf(call), dryRun })
  return answerServed(context, call, kind, 201, served)
}
