import { defineView } from '../../view.ts'
import { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'
import { fromV1, type HorizontalPodAutoscalerV1 as V1, toV1 } from './v1-conversion.ts'

export type HorizontalPodAutoscalerV1 = V1

/** The older version: what it can say of metrics is how much of the CPU pods shall use. */
export const HorizontalPodAutoscalerV1 = defineView<HorizontalPodAutoscalerV1, HorizontalPodAutoscaler>(
  HorizontalPodAutoscaler,
  { version: 'v1', to: toV1, from: fromV1 },
)
