import type { Warnings } from '../../../warnings.ts'
import { warnOfFraction } from '../../fractional-bytes.ts'
import { CONTAINER_LISTS } from './each-container.ts'
import type { AnyContainer, PodSpec } from './types.ts'

/** Every container of a spec, with warnings that stand at it; `warn` stands at the spec. */
export function containersOf(spec: PodSpec, warn: Warnings): [AnyContainer, Warnings][] {
  return CONTAINER_LISTS.flatMap((list) =>
    (spec[list] ?? []).map((container, i): [AnyContainer, Warnings] => [container, warn.at(list, i)]),
  )
}

/** Warns of what containers ask for and are told; `warn` stands at the spec. */
export function warnOfContainers(spec: PodSpec, warn: Warnings): void {
  for (const [{ resources, env = [] }, at] of containersOf(spec, warn)) {
    for (const name of ['memory', 'ephemeral-storage']) {
      warnOfFraction(`resources.limits[${name}]`, resources?.limits?.[name], at)
      warnOfFraction(`resources.requests[${name}]`, resources?.requests?.[name], at)
    }
    warnOfHidden(env, at)
  }
}

type Variable = NonNullable<AnyContainer['env']>[number]

/** A variable may be set twice to build one value upon the other; else the first is lost, and so it is to those who merge. */
function warnOfHidden(env: readonly Variable[], warn: Warnings): void {
  const known = new Set<string>()
  for (const [i, { name, value = '', valueFrom }] of env.entries()) {
    const reference = `$(${name})`
    const builds = !valueFrom && value !== reference && value.includes(reference)
    if (known.has(name) && !builds) {
      warn.add(`env[${i}]`, `hides previous definition of "${name}", which may be dropped when using apply`)
    }
    known.add(name)
  }
}
