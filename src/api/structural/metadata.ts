import { builtinSchema } from '../builtin-schema.ts'
import { conform, type Conformed } from '../decode/conform.ts'

/** The type of every object's metadata. */
export const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

/** Metadata as it will be stored, what it says that metadata has no field for, and why it cannot be read if so. */
export function readMetadata(metadata: unknown): Conformed {
  return conform(builtinSchema, OBJECT_META, metadata)
}
