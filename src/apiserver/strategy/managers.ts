import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import { type FieldManagement, type OtherVersion, trackManagedFields } from '../../api/patch/apply.ts'
import type { JsonObject } from '../../api/patch/schema.ts'
import type { Context } from '../context.ts'
import type { UpdateStrategy } from './update-strategy.ts'

type Endpoint = Pick<UpdateStrategy, 'subresource' | 'resetFields'>

/** What field management is told of a request. */
export function fieldManagement(context: Context, kind: Kind, manager: string, endpoint: Endpoint): FieldManagement {
  const { subresource, resetFields } = endpoint
  const schema = context.schema.patchSchemaOf(kind.type)
  return {
    ...{ manager, schema, apiVersion: kind.apiVersion, subresource, resetFields, now: context.env.clock.now() },
    otherVersion: (apiVersion) => otherVersion(context, kind, apiVersion),
  }
}

const storedAs = (kind: Kind) => kind.viewOf?.kind ?? kind

/** The objects of `kind` in another of the shapes that they are served in. */
function otherVersion({ registry, schema }: Context, kind: Kind, apiVersion: string): OtherVersion | undefined {
  const other = registry.all().find((one) => one.apiVersion === apiVersion && storedAs(one) === storedAs(kind))
  if (!other) return undefined
  const convert = (object: KubeObject) => {
    const stored = kind.viewOf ? kind.viewOf.from(object) : object
    return other.viewOf ? other.viewOf.to(stored) : stored
  }
  return {
    schema: schema.patchSchemaOf(other.type),
    convert: (object) => convert(object as unknown as KubeObject) as unknown as JsonObject,
  }
}

/** Records in `next` that `manager` owns what it changed; `old` is what there was, if anything. */
export function recordManager(
  context: Context,
  kind: Kind,
  manager: string,
  endpoint: Endpoint,
  next: KubeObject,
  old: KubeObject | undefined,
): void {
  const managed = trackManagedFields({
    ...fieldManagement(context, kind, manager, endpoint),
    old: old as unknown as JsonObject | undefined,
    new: next as unknown as JsonObject,
    operation: 'Update',
  })
  if (managed) next.metadata.managedFields = managed as typeof next.metadata.managedFields
  else delete next.metadata.managedFields
}
