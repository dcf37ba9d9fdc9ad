import type { Kind } from '../../api/kind.ts'
import type { Pod } from '../../api/kinds/core/pod.ts'
import type { Report } from '../../api/report.ts'
import type { Context } from '../context.ts'
import type { Subresource } from '../registry.ts'
import { countGeneration, take, takeMetadata, type UpdateStrategy } from '../strategy/update-strategy.ts'
import { get } from '../verbs/get.ts'
import { patchWith } from '../verbs/patch.ts'
import { updateWith } from '../verbs/update.ts'

export type PodSpec = Pod['spec']
export type Container = PodSpec['containers'][number]

/** A subresource that writes one part of a pod's spec. */
export interface PodPart {
  name: string
  /** The new spec: the part of what was sent, the rest of what was there. */
  spec(sent: PodSpec, old: PodSpec): PodSpec
  /** Reports what may not be done to the part; `report` stands at `spec`. */
  validate(next: PodSpec, old: PodSpec, report: Report): void
}

export function podPart(part: PodPart): Subresource {
  return {
    get,
    update: (context, call, kind) => updateWith(context, call, kind, strategyOf(context, kind, part)),
    patch: (context, call, kind) => patchWith(context, call, kind, strategyOf(context, kind, part)),
  }
}

function strategyOf({ schema }: Context, kind: Kind, part: PodPart): UpdateStrategy {
  return {
    subresource: part.name,
    resetFields: [['status']],
    prepare(next, old) {
      next.spec = part.spec(next.spec as PodSpec, old.spec as PodSpec)
      take(next, old, 'status')
      for (const field of ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const) {
        takeMetadata(next, old, field)
      }
      countGeneration(kind, schema, next, old)
    },
    validate(next, old, report) {
      kind.validate?.(next, report)
      part.validate(next.spec as PodSpec, old.spec as PodSpec, report.at('spec'))
    },
  }
}
