import { type Column, defineKind, type Kind, type KindDefinition, type View } from './kind.ts'
import type { KubeObject } from './meta.ts'

/** What a view's file says: the conversion, and all that is other than with the kind that stores the objects. */
export type ViewDefinition<T extends KubeObject, S extends KubeObject> = Omit<View<T, S>, 'kind'> &
  Partial<Omit<KindDefinition<T>, 'viewOf'>>

type Fields = Record<string, unknown>

/**
 * A kind that stores nothing: it shows, in its own shape, what `kind` stores. What it does not say itself (columns,
 * defaults, rules …) is as with `kind`, which is asked about the object as it is stored.
 */
export function defineView<T extends KubeObject, S extends KubeObject>(
  kind: Kind<S>,
  { to, from, defaults, ...own }: ViewDefinition<T, S>,
): Kind<T> {
  /** Lets `kind` work on the object as it is stored, in place. */
  const asStored = (object: T, act: (stored: S) => void) => {
    const stored = from(object)
    act(stored)
    become(object, to(stored))
  }
  return defineKind<T>({
    ...factsOf(kind),
    ...rulesOf(kind, from),
    ...preparationsOf(kind, from, asStored),
    columns: kind.columns.map((column) => columnOf(column, from)),
    ...own,
    defaults(object) {
      defaults?.(object)
      asStored(object, (stored) => kind.defaults?.(stored))
    },
    viewOf: { kind, to, from },
  })
}

/** What is the same in both shapes. */
function factsOf<S extends KubeObject>(of: Kind<S>) {
  const { group, version, kind, plural, singular, shortNames, categories, scope, verbs, status, subresources } = of
  const { defaultPropagation, generation, statusOnCreate } = of
  const { createOnUpdate, allowUnconditionalUpdate, returnDeletedObject, nameRule } = of
  return {
    ...{ group, version, kind, plural, singular, shortNames, categories, scope, verbs, status, subresources },
    ...(defaultPropagation && { defaultPropagation }),
    ...(generation !== undefined && { generation }),
    ...(statusOnCreate !== undefined && { statusOnCreate }),
    ...(createOnUpdate !== undefined && { createOnUpdate }),
    ...(allowUnconditionalUpdate !== undefined && { allowUnconditionalUpdate }),
    ...(returnDeletedObject !== undefined && { returnDeletedObject }),
    ...(nameRule && { nameRule }),
  } satisfies Partial<KindDefinition<S>>
}

/** The rules of the kind, in whose words the shape is told what is wrong with it; as upstream, fields are named as they are stored. */
function rulesOf<T extends KubeObject, S extends KubeObject>(
  kind: Kind<S>,
  from: View<T, S>['from'],
): Partial<KindDefinition<T>> {
  return {
    validate: (object, report) => kind.validate?.(from(object), report),
    warnings: (object, old, warn) => kind.warnings?.(from(object), old && from(old), warn),
    statusWarnings: (object, warn) => kind.statusWarnings?.(from(object), warn),
    validateCreate: (object, report) => kind.validateCreate?.(from(object), report),
    validateUpdate: (object, old, report) => kind.validateUpdate?.(from(object), from(old), report),
    validateStatusUpdate: (object, old, report) => kind.validateStatusUpdate?.(from(object), from(old), report),
  }
}

/** Which part of an object may be written is decided on what is stored: a shape may show the status in its annotations. */
function preparationsOf<T extends KubeObject, S extends KubeObject>(
  kind: Kind<S>,
  from: View<T, S>['from'],
  asStored: (object: T, act: (stored: S) => void) => void,
): Partial<KindDefinition<T>> {
  return {
    prepareCreate: (object, context) =>
      asStored(object, (stored) => {
        if (kind.status && !kind.statusOnCreate) Object.assign(stored, { status: {} })
        kind.prepareCreate?.(stored, context)
      }),
    prepareUpdate: (next, old, context) =>
      asStored(next, (stored) => {
        const before = from(old)
        if (kind.status) take(stored, before, ['status'])
        kind.prepareUpdate?.(stored, before, context)
      }),
    prepareStatusUpdate: (next, old, context) =>
      asStored(next, (stored) => {
        const before = from(old)
        const fields = [...Object.keys(stored), ...Object.keys(before)]
        take(
          stored,
          before,
          fields.filter((field) => field !== 'status' && field !== 'metadata'),
        )
        kind.prepareStatusUpdate?.(stored, before, context)
      }),
  }
}

function columnOf<T extends KubeObject, S extends KubeObject>(column: Column<S>, from: View<T, S>['from']): Column<T> {
  return { ...column, cell: (object, now) => column.cell(from(object), now) }
}

/** Makes fields of one object what they are in another. */
function take(next: object, old: object, fields: readonly string[]): void {
  for (const field of fields) {
    const value = (old as Fields)[field]
    if (value === undefined) delete (next as Fields)[field]
    else (next as Fields)[field] = value
  }
}

/** Makes the object another one, in place. */
function become(object: object, other: object): void {
  for (const field of Object.keys(object)) if (!(field in other)) delete (object as Fields)[field]
  Object.assign(object, other)
}
