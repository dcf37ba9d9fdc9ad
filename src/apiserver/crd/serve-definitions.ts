import type { Kind } from '../../api/kind.ts'
import { isConditionTrue } from '../../api/kinds/apiextensions/conditions.ts'
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition.ts'
import type { RuleCompiler } from '../../api/structural/rules.ts'
import type { Store } from '../../store/store.ts'
import type { StoreEvent } from '../../store/watch.ts'
import type { ChangingSchema } from '../changing-schema.ts'
import type { Registry } from '../registry.ts'
import { customKinds } from './custom-kind.ts'
import { DEFINITIONS, definitionsIn } from './definitions-in.ts'

interface Parts {
  store: Store
  registry: Registry
  schema: ChangingSchema
  rules?: RuleCompiler
}

/** Serves the kinds that the definitions in the store stand for, from now on and always the newest. Returns what ends that. */
export async function serveDefinitions({ store, registry, schema, rules }: Parts): Promise<() => void> {
  const known = new Map<string, { shape: string; kinds: readonly Kind[] }>()
  const publish = () => {
    const kinds = [...known.values()].flatMap((one) => one.kinds)
    schema.replace(Object.fromEntries(kinds.map(({ type, custom }) => [type, custom?.schema ?? {}])))
    registry.serveCustom(kinds)
  }
  /** Whether what is served changed. */
  const take = (definition: CustomResourceDefinition): boolean => {
    const { name } = definition.metadata
    const shape = shapeOf(definition)
    if (known.get(name)?.shape === shape) return false
    known.set(name, { shape, kinds: customKinds(definition, rules) })
    return true
  }
  const observe = ({ type, stored }: StoreEvent) => {
    const definition = stored.object as CustomResourceDefinition
    if (type === 'DELETED' ? known.delete(definition.metadata.name) : take(definition)) publish()
  }
  const stop = store.observe(DEFINITIONS, observe)
  for (const definition of await definitionsIn(store)) take(definition)
  publish()
  return stop
}

/** All that what is served depends on: other changes must not disturb those who watch. */
function shapeOf(definition: CustomResourceDefinition): string {
  const { metadata, spec, status } = definition
  const states = ['Established', 'Terminating'].map((type) => isConditionTrue(definition, type))
  return JSON.stringify([metadata.uid, spec, status.acceptedNames, states])
}
