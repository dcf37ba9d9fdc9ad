import { clone } from '../../api/equal.ts'
import { isApiError } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition.ts'
import type { Context, Writer } from '../context.ts'
import { recordManager } from '../strategy/managers.ts'
import { updateObject } from '../strategy/update.ts'
import { statusStrategy } from '../strategy/update-strategy.ts'

const MANAGER = 'kube-apiserver'

/** On whose account the server looks after definitions. */
export const ITSELF: Writer = {
  user: { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
  warn: () => {},
}

/** Changes a definition as its status subresource does. One that is gone meanwhile is left alone. */
export async function writeDefinition(
  context: Context,
  name: string,
  change: (next: CustomResourceDefinition) => void,
): Promise<void> {
  const kind = CustomResourceDefinition as unknown as Kind
  const strategy = statusStrategy(kind)
  try {
    await updateObject(context, {
      ...{ kind, namespace: '', name, strategy, mayCreate: false, writer: ITSELF, dryRun: false },
      change(old) {
        const next = clone(old) as CustomResourceDefinition
        change(next)
        recordManager(context, kind, MANAGER, strategy, next, old)
        return next
      },
    })
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error
  }
}
