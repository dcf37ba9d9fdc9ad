/** A JSON value that is an object. */
export type JsonObject = { [key: string]: unknown }

/**
 * What patching must know of a place in an object: how it merges, and what stands below it.
 * It describes a place (a field, an item), not a type: two fields of one type can merge differently.
 * Where no schema is known (`undefined`), maps merge field by field and lists are replaced whole.
 */
export interface PatchSchema {
  /** `any`: JSON whose shape is not known (JSON, RawExtension, preserved unknown fields); merged as if without a schema. */
  readonly type: 'scalar' | 'list' | 'map' | 'any'
  /** What a scalar must be; absent: any scalar will do (IntOrString, Quantity). */
  readonly scalarType?: 'string' | 'numeric' | 'boolean'
  /** For messages: the type's short name, `Deployment`, `PodSpec`; '' when it has none. */
  readonly typeName: string
  /** The schema below this name: a declared field, or the value of an open map. `undefined`: not in the schema. */
  field(name: string): PatchSchema | undefined
  /** Whether fields outside the schema are kept (preserve-unknown-fields) rather than an error. */
  readonly preservesUnknown: boolean
  /** Whether the map's keys are free (labels, annotations, resource lists) rather than declared fields. */
  readonly isOpenMap: boolean
  /** The schema of a list's items. */
  readonly items: PatchSchema | undefined
  /** How server-side apply sees a list; 'atomic' when the type says nothing. */
  readonly listType: 'atomic' | 'set' | 'map'
  /** The fields that tell the items of a `map` list apart. */
  readonly mapKeys: readonly string[]
  /** How server-side apply sees a map; 'granular' when the type says nothing. An atomic `any` is replaced whole. */
  readonly mapType: 'granular' | 'atomic'
  /** How a strategic merge patch treats this field; [] is the usual: maps merge, lists are replaced. */
  readonly patchStrategy: readonly ('merge' | 'replace' | 'retainKeys')[]
  /** The field that a strategic merge patch tells items apart by. */
  readonly patchMergeKey: string | undefined
  /** The value that the field has when absent; needed for the keys of `map` lists (`protocol: TCP`). */
  readonly default: unknown
}

const BLANK: PatchSchema = {
  type: 'scalar',
  typeName: '',
  field: () => undefined,
  preservesUnknown: false,
  isOpenMap: false,
  items: undefined,
  listType: 'atomic',
  mapKeys: [],
  mapType: 'granular',
  patchStrategy: [],
  patchMergeKey: undefined,
  default: undefined,
}

/** A schema from what is particular to it; the rest has the usual answer. */
export function patchSchema(particulars: Partial<PatchSchema>): PatchSchema {
  return { ...BLANK, ...particulars }
}

/** A map with these declared fields. */
export function structSchema(
  fields: Readonly<Record<string, PatchSchema>>,
  particulars: Partial<PatchSchema> = {},
): PatchSchema {
  return patchSchema({
    type: 'map',
    field: (name) => (Object.hasOwn(fields, name) ? fields[name] : undefined),
    ...particulars,
  })
}
