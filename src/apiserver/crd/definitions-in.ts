import { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition.ts'
import { listPrefix } from '../../store/keys.ts'
import type { Store } from '../../store/store.ts'

/** What the keys of definitions begin with. */
export const DEFINITIONS = listPrefix(CustomResourceDefinition)

/** All definitions that there are. */
export async function definitionsIn(store: Store): Promise<CustomResourceDefinition[]> {
  const { items } = await store.list(DEFINITIONS)
  return items.map(({ object }) => object as CustomResourceDefinition)
}
