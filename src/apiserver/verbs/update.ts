import { clone } from '../../api/equal.ts'
import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import type { Answer, Call } from '../call.ts'
import type { Context } from '../context.ts'
import { writeOptions } from '../options/write-options.ts'
import { readObject } from '../payload.ts'
import { negotiate } from '../representation/negotiate.ts'
import { answerServed } from '../representation/served.ts'
import { recordManager } from '../strategy/managers.ts'
import { checkName, dedupOwners, ensureNamespace } from '../strategy/metadata.ts'
import { updateObject } from '../strategy/update.ts'
import { objectStrategy, type UpdateStrategy } from '../strategy/update-strategy.ts'
import { writerOf } from './writer.ts'

/** PUT of an object. */
export function update(context: Context, call: Call, kind: Kind): Promise<Answer> {
  return updateWith(context, call, kind, objectStrategy(kind, context.schema), kind.createOnUpdate ?? false)
}

/** PUT to an endpoint that writes what `strategy` says. */
export async function updateWith(
  context: Context,
  call: Call,
  kind: Kind,
  strategy: UpdateStrategy,
  mayCreate = false,
): Promise<Answer> {
  negotiate(call)
  const { namespace, name } = call.info
  const { dryRun, manager, fieldValidation } = writeOptions(call, 'UpdateOptions')
  const writer = writerOf(call)
  const object: KubeObject = await readObject(context, call, kind, fieldValidation)
  ensureNamespace(object, kind, namespace)
  checkName(object, name)
  dedupOwners(object, writer.warn, false)
  const { served, created } = await updateObject(context, {
    kind,
    namespace,
    name,
    strategy,
    mayCreate,
    writer,
    dryRun,
    change(old) {
      const next = clone(object)
      recordManager(context, kind, manager, strategy, next, old)
      return next
    },
  })
  return answerServed(context, call, kind, created ? 201 : 200, served)
}
