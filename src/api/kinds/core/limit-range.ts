import type { ILimitRange } from 'kubernetes-models/v1/LimitRange'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { createdAt } from '../created-at.ts'
import { validateLimits } from './limit-range-rules.ts'

export type LimitRange = Served<ILimitRange>

export const LimitRange = defineKind<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  shortNames: ['limits'],
  scope: 'Namespaced',
  generation: false,
  createOnUpdate: true,

  // A limit that is not named follows from the maximum; a request from the limit, or else from the minimum.
  defaults(range) {
    range.spec ??= { limits: [] }
    for (const item of range.spec.limits ?? []) {
      if (item.type !== 'Container') continue
      item.default = { ...item.max, ...item.default }
      item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest }
    }
  },

  validate({ spec }, report) {
    validateLimits(spec.limits, report.at('spec', 'limits'))
  },

  columns: [createdAt],
})
