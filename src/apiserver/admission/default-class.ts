import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import { listPrefix } from '../../store/keys.ts'
import type { Store } from '../../store/store.ts'

/** The name of the class that counts as the default: of several, by mistake or on the way to another, the newest. */
export async function defaultClass<T extends KubeObject>(
  store: Store,
  kind: Kind<T>,
  isDefault: (candidate: T) => boolean,
): Promise<string | undefined> {
  const { items } = await store.list(listPrefix(kind))
  const defaults = items.map(({ object }) => object as T).filter(isDefault)
  const age = ({ metadata }: T) => Date.parse(metadata.creationTimestamp)
  const byName = (a: T, b: T) => (a.metadata.name < b.metadata.name ? -1 : 1)
  return defaults.sort((a, b) => age(b) - age(a) || byName(a, b))[0]?.metadata.name
}
