import { deepEqual } from '../../api/equal.ts'
import type { Report } from '../../api/report.ts'
import { type Container, podPart } from './pod-part.ts'

type Resources = NonNullable<Container['resources']>
type Lists = 'containers' | 'initContainers'

/** CPU and memory of running containers, and what a change of them does to the container. */
export const resize = podPart({
  name: 'resize',

  spec(sent, old) {
    const initContainers = old.initContainers && resized(sent.initContainers ?? [], old.initContainers)
    return {
      ...old,
      containers: resized(sent.containers, old.containers),
      ...(initContainers && { initContainers }),
    }
  },

  validate(next, old, report) {
    for (const list of ['containers', 'initContainers'] as const) {
      checkContainers(list, next[list] ?? [], old[list] ?? [], report)
    }
  },
})

/** Containers that were added, removed or renamed are left as sent: the validation refuses them. */
function resized(sent: Container[], old: Container[]): Container[] {
  if (sent.length !== old.length || sent.some(({ name }, i) => name !== old[i]?.name)) return sent
  return old.map(({ resources: _, resizePolicy: __, ...container }, i) => {
    const { resources, resizePolicy } = sent[i] as Container
    return { ...container, ...(resources && { resources }), ...(resizePolicy && { resizePolicy }) }
  })
}

function checkContainers(list: Lists, next: readonly Container[], old: readonly Container[], report: Report): void {
  if (next.length !== old.length) {
    report.forbidden(list, `${list} may not be added or removed on resize`)
    return
  }
  for (const [i, before] of old.entries()) {
    const now = next[i] as Container
    if (now.name === before.name)
      checkResources(now.resources ?? {}, before.resources ?? {}, report.at(list, i, 'resources'))
    else report.forbidden(`${list}[${i}].name`, `${list} may not be renamed or reordered on resize`)
  }
}

function checkResources(next: Resources, old: Resources, report: Report): void {
  for (const list of ['requests', 'limits'] as const) {
    const removed = Object.keys(old[list] ?? {}).some((name) => next[list]?.[name] === undefined)
    if (removed) report.forbidden(list, `resource ${list} cannot be removed`)
    if (!deepEqual(fixed(next[list]), fixed(old[list]))) {
      report.forbidden(list, 'only cpu and memory resources are mutable')
    }
  }
}

/** What a resize may not change. */
function fixed({ cpu: _, memory: __, ...others }: Readonly<Record<string, unknown>> = {}): object {
  return others
}
