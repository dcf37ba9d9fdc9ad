import type { Schema } from '../../src/api/schema.ts'
import { BASE_TYPES, DESCRIPTIONS, FIELD_DEFAULTS, INLINE_FIELDS } from './base.ts'
import type { Declaration, Field, TypeNode } from './declarations.ts'
import { canonicalName } from './names.ts'
import type { Primitive } from './validators.ts'

/** What `data/schema-extensions-1.36.json` says of a type: Kubernetes' own extensions to the schema. */
export interface TypeExtensions {
  'x-kubernetes-map-type'?: 'atomic' | 'granular'
  'x-kubernetes-unions'?: readonly unknown[]
  /** `apps/v1/Deployment`, `v1/Pod`. */
  gvk?: readonly string[]
  fields?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** One type of the package: its declaration, and what its validator knows of its fields. */
export interface Source {
  declaration: Declaration
  primitives: ReadonlyMap<string, Primitive>
}

/** The definition of a type, and its descriptions: of each field by name, of the type itself under ''. */
export interface Described {
  definition: Schema
  descriptions: Record<string, string>
}

/** Puts together what declaration, validator, extensions and the base table say of one type. */
export function describeType({ declaration, primitives }: Source, extensions: TypeExtensions = {}): Described {
  const name = canonicalName(declaration.name)
  const descriptions = collectDescriptions(declaration)
  const base = BASE_TYPES[name]
  if (base) return { definition: { ...base, ...typeExtensions(extensions) }, descriptions }
  const { fields } = declaration
  if (!fields) throw new Error(`${name} is neither an object nor in the base table`)
  const isKind = isKindOf(fields)
  const required = fields
    .filter((field) => !field.optional && !(isKind && isTypeMeta(field)))
    .map((field) => field.name)
  const properties: Record<string, Schema> = {}
  for (const field of fields) {
    properties[field.name] = {
      ...(isKind && isTypeMeta(field) ? STRING : schemaOfField(field, declaration, primitives.get(field.name))),
      ...fieldExtensions(extensions.fields?.[field.name]),
      ...defaultOf(name, field.name),
    }
  }
  const definition: Schema = {
    type: 'object',
    ...(required.length > 0 && { required }),
    ...(fields.length > 0 && { properties }),
    ...typeExtensions(extensions),
  }
  return { definition, descriptions }
}

const STRING: Schema = { type: 'string' }

function isTypeMeta(field: Field): boolean {
  return field.name === 'apiVersion' || field.name === 'kind'
}

/** Kinds have their apiVersion and kind as literals; both are optional on the wire. */
function isKindOf(fields: readonly Field[]): boolean {
  return fields.filter((field) => isTypeMeta(field) && field.type.kind === 'enum' && !field.optional).length === 2
}

function schemaOfField(field: Field, owner: Declaration, primitive: Primitive | undefined): Schema {
  const of = (type: TypeNode): Schema => {
    switch (type.kind) {
      case 'array':
        return { type: 'array', items: of(type.of) }
      case 'map':
        return { type: 'object', additionalProperties: of(type.of) }
      case 'enum':
        return { type: 'string', enum: type.values }
      case 'reference':
        return { $ref: canonicalName(type.name === owner.localName ? owner.name : type.name.slice(1)) }
      case 'inline':
        return { $ref: inlineType(owner, field) }
      case 'number':
        return { type: primitive?.integer ? 'integer' : 'number', ...formatOf(primitive) }
      case 'any':
        return {}
      default:
        return { type: type.kind, ...formatOf(primitive) }
    }
  }
  return of(field.type)
}

function inlineType(owner: Declaration, field: Field): string {
  const place = `${canonicalName(owner.name)}.${field.name}`
  const type = INLINE_FIELDS[place]
  if (!type) throw new Error(`${place} is written out in place: name its type in the base table`)
  return type
}

function formatOf(primitive: Primitive | undefined): Schema {
  return primitive?.format ? { format: primitive.format } : {}
}

function defaultOf(type: string, field: string): Schema {
  const value = FIELD_DEFAULTS[type]?.[field]
  return value === undefined ? {} : { default: value }
}

function typeExtensions({ gvk, fields: _fields, ...rest }: TypeExtensions): Schema {
  const kinds = gvk?.map((text) => {
    const parts = text.split('/')
    const [group, version, kind] = parts.length === 3 ? parts : ['', ...parts]
    return { group: group ?? '', version: version ?? '', kind: kind ?? '' }
  })
  return { ...rest, ...(kinds && { 'x-kubernetes-group-version-kind': kinds }) }
}

function fieldExtensions(extensions: Readonly<Record<string, unknown>> = {}): Schema {
  return Object.fromEntries(Object.entries(extensions).map(([key, value]) => [`x-kubernetes-${key}`, value]))
}

function collectDescriptions({ name, description, fields = [] }: Declaration): Record<string, string> {
  const ownText = description || DESCRIPTIONS[canonicalName(name)]
  const described = fields.filter((field) => field.description !== '')
  return Object.fromEntries([
    ...(ownText ? [['', ownText]] : []),
    ...described.map((field) => [field.name, field.description]),
  ])
}
