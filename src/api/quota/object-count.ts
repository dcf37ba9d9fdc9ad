import { type GroupResource, qualified } from '../errors.ts'
import { type Evaluator } from './evaluator.ts'
import { ONE } from './usage.ts'

const COUNT = 'count/'

/** Resources that could be counted before `count/` was, by a name of their own. */
const OLD_NAMES: ReadonlySet<string> = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets'])

/** The name under which a quota counts all objects of a resource: `count/deployments.apps`. */
export function countName(resource: GroupResource): string {
  return COUNT + qualified(resource)
}

/** The resource that a quota counts under this name; `undefined` when it is another kind of name. */
export function countedResource(name: string): GroupResource | undefined {
  if (OLD_NAMES.has(name)) return { group: '', plural: name }
  if (!name.startsWith(COUNT)) return undefined
  const [plural = '', ...group] = name.slice(COUNT.length).split('.')
  return { group: group.join('.'), plural }
}

/** Counts objects, whatever they say. */
export function objectCount(resource: GroupResource): Evaluator {
  const names = [
    countName(resource),
    ...(resource.group === '' && OLD_NAMES.has(resource.plural) ? [resource.plural] : []),
  ]
  const usage = new Map(names.map((name) => [name, ONE]))
  return {
    resource,
    isBlind: true,
    measures: (name) => usage.has(name),
    usage: () => usage,
    isInScope: () => false,
    concerns: ({ operation, subresource }) => operation === 'CREATE' && subresource === '',
    frees: () => false,
  }
}
