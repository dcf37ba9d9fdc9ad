import type { Subresource } from '../registry.ts'
import { take, type UpdateStrategy } from '../strategy/update-strategy.ts'
import { updateWith } from '../verbs/update.ts'

/** Only the finalizers of a namespace's spec change; when none is left of a dying one, it goes. */
const finalizeStrategy: UpdateStrategy = {
  subresource: 'finalize',
  resetFields: [['status']],
  prepare: (next, old) => take(next, old, 'status'),
  validate: () => {},
}

export const finalize: Subresource = {
  update: (context, call, kind) => updateWith(context, call, kind, finalizeStrategy),
}
