import type { Report } from '../../../report.ts'
import type { AnyContainer, PodSpec } from './types.ts'

/** Where the containers of a spec stand, in the order in which upstream visits them. */
export const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const

/** Every container of a spec, with a report that stands at it; `report` stands at the spec. */
export function eachContainer(spec: PodSpec, report: Report): [AnyContainer, Report][] {
  return CONTAINER_LISTS.flatMap((list) =>
    (spec[list] ?? []).map((container, i): [AnyContainer, Report] => [container, report.at(list, i)]),
  )
}
