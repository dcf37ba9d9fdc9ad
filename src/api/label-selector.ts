import type { ILabelSelector } from '@kubernetes-models/apimachinery/apis/meta/v1/LabelSelector'

/** A selector as it stands in objects; `selector.ts` says what it selects. */
export type LabelSelector = ILabelSelector

export { formatLabelSelector, matchesLabels } from './selector.ts'
