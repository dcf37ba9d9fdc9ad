import type { Report } from '../../../report.ts'
import type { AnyContainer, PodSpec } from './types.ts'

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const

/** Every container of a spec, with a report that stands at it; `report` stands at the spec. */
export function eachContainer(spec: PodSpec, report: Report): [AnyContainer, Report][] {
  return LISTS.flatMap((list) =>
    (spec[list] ?? []).map((container, i): [AnyContainer, Report] => [container, report.at(list, i)]),
  )
}
