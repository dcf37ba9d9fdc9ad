import { get } from '../verbs/get.ts'
import { patchWith } from '../verbs/patch.ts'
import { updateWith } from '../verbs/update.ts'
import { statusStrategy } from '../strategy/update-strategy.ts'
import type { Subresource } from '../registry.ts'

/** What controllers report of an object, apart from what is wanted of it. */
export const status: Subresource = {
  get,
  update: (context, call, kind) => updateWith(context, call, kind, statusStrategy(kind)),
  patch: (context, call, kind) => patchWith(context, call, kind, statusStrategy(kind)),
}
