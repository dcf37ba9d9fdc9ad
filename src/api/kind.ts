import type { Conformed } from './decode/conform.ts'
import type { UserInfo } from './exchange.ts'
import type { KubeObject } from './meta.ts'
import type { Report } from './report.ts'
import type { Warnings } from './warnings.ts'
import type { Schema } from './schema.ts'

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch'

export const ALL_VERBS: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
]

/** A cell of a Table: kubectl prints it as it is. */
export type Cell = string | number | boolean | null

/** A printer column as `kubectl get` shows it. */
export interface Column<T> {
  name: string
  cell(object: T, now: number): Cell
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  /** '' or 'name'. */
  format: string
  description: string
  /** 0: always shown; 1: with `-o wide`. */
  priority: 0 | 1
}

/** A method, so that a `Kind<Pod>` is a `Kind`: parameters of methods are compared both ways. */
interface FieldValue<T> {
  of(object: T): string
}

/** What a column may be written as in a kind's file: `['Value', (pc) => pc.value]`, or with options. */
export type ColumnShort<T> =
  | readonly [name: string, cell: (object: T, now: number) => Cell | undefined, options?: Partial<Column<T>>]
  | Column<T>

/** A subresource, as discovery shows it; what it does stands in `apiserver/subresources/<name>.ts`. */
export interface Subresource {
  name: string
  /** The kind it speaks; the parent's own when absent: `{ group: 'autoscaling', version: 'v1', kind: 'Scale' }`. */
  speaks?: { group: string; version: string; kind: string }
  verbs: readonly string[]
}

/** How objects that another kind stores are shown. Both ways leave their argument as it is; the result may share parts with it. */
export interface View<T extends KubeObject, S extends KubeObject = KubeObject> {
  kind: Kind<S>
  to(stored: S): T
  from(object: T): S
}

/** What a kind's file says. Everything that is absent has the usual answer. */
export interface KindDefinition<T extends KubeObject> {
  group: string
  version: string
  kind: string
  plural: string
  singular?: string
  shortNames?: readonly string[]
  categories?: readonly string[]
  scope: 'Namespaced' | 'Cluster'
  verbs?: readonly Verb[]
  /** Canonical name of its schema, `io.k8s.api.core.v1.Pod`; derived from group, version and kind when absent. */
  type?: string
  /** Whether `status` is a subresource of its own. */
  status?: boolean
  /** The other subresources. */
  subresources?: readonly Subresource[]
  /** Fields (dotted) that an update may not change; upstream's `field is immutable`. */
  immutable?: readonly string[]
  /** Fills in what upstream fills in, in place. Runs on what clients send and before admission. Idempotent. */
  defaults?(object: T): void
  /** Sets what clients may not choose (upstream's PrepareForCreate), in place; status has been emptied already. */
  prepareCreate?(object: T, context: { now: number; user?: UserInfo }): void
  /** Upstream's PrepareForUpdate, in place; status has been taken from `old` already. */
  prepareUpdate?(object: T, old: T, context: { now: number }): void
  /** What a status update keeps of `old` beyond spec and metadata, in place. */
  prepareStatusUpdate?(object: T, old: T, context: { now: number }): void
  /** Reports all that is wrong with the object, in upstream's words. Metadata is checked elsewhere, names by `nameRule`. */
  validate?(object: T, report: Report): void
  /** What a new object may not say, beyond `validate`, though an existing one may. */
  validateCreate?(object: T, report: Report): void
  /** What an update may not do, beyond `validate` of the new object. */
  validateUpdate?(object: T, old: T, report: Report): void
  /** What a status update may not do. */
  validateStatusUpdate?(object: T, old: T, report: Report): void
  /** What a client is told of an object that it creates or, where there is an `old`, changes: upstream's warnings. */
  warnings?(object: T, old: T | undefined, warn: Warnings): void
  /** What a client is told of a status. */
  statusWarnings?(object: T, warn: Warnings): void
  /** Which names are allowed; DNS-1123 subdomain when absent. */
  nameRule?: NameRule
  columns?: readonly ColumnShort<T>[]
  /** Field selectors beyond metadata.name and metadata.namespace; the value of each as a string. */
  fieldSelectors?: Readonly<Record<string, FieldValue<T>['of']>>
  /**
   * Seconds that a deletion leaves the object for its owner to wind down; 0 (at once) when absent.
   * `asked` is what the client wants, when it says; the answer is final (a pod that runs nowhere goes at once whatever was asked).
   */
  gracePeriodSeconds?(object: T, asked?: number): number
  /** The default propagation policy of a deletion; Background when absent. */
  defaultPropagation?: 'Orphan' | 'Background'
  /** Whether metadata.generation counts changes outside metadata and status; true when the kind has a spec. */
  generation?: boolean
  /** Whether whoever creates the object may give it a status (a kubelet registers its node whole); false when absent. */
  statusOnCreate?: boolean
  /** Whether an update may create the object (leases, events …); false when absent. */
  createOnUpdate?: boolean
  /** Whether an update may be for whatever state there is, by leaving out resourceVersion; true when absent. */
  allowUnconditionalUpdate?: boolean
  /** Whether a deletion answers with the object that is gone; with a Status when absent. */
  returnDeletedObject?: boolean
  /** The kind that stores the objects, where this is another shape or version of it; see `defineView`. */
  viewOf?: View<T>
  /** What clients are told that still use this version. */
  deprecation?: string
  /** Where the scale subresource finds what it speaks of; the usual places when absent. */
  scale?: ScalePaths
  /** Set for kinds that came to be at run time. */
  custom?: CustomForm
}

/** Paths of field names. */
export interface ScalePaths {
  replicas: readonly string[]
  statusReplicas: readonly string[]
  /** Where a label selector stands as text. */
  selector?: readonly string[]
}

/** What is particular to a custom kind: the shape of its objects is said by a schema that comes and changes at run time. */
export interface CustomForm {
  /** Its type, as it is published and as patches see it. The same value as long as it is the same. */
  schema: Schema
  /** Brings what a client sent into the shape that the schema wants; the object is not changed. */
  read(object: Readonly<Record<string, unknown>>): Conformed
  /** Whether the kind is being taken away, so that nothing new can be made. */
  isTerminating: boolean
}

/** Says what is wrong with a name, or nothing: `(name, prefix)`; `prefix` is true for generateName. */
export type NameRule = (name: string, prefix: boolean) => string[]

/** A kind, whole: what `defineKind` makes of a definition. Built-in and custom kinds are the same value. */
export interface Kind<T extends KubeObject = KubeObject> extends KindDefinition<T> {
  apiVersion: string
  listKind: string
  singular: string
  shortNames: readonly string[]
  categories: readonly string[]
  verbs: readonly Verb[]
  type: string
  status: boolean
  subresources: readonly Subresource[]
  columns: readonly Column<T>[]
  fieldSelectors: Readonly<Record<string, FieldValue<T>['of']>>
}

export function defineKind<T extends KubeObject>(definition: KindDefinition<T>): Kind<T> {
  const { group, version, kind } = definition
  const columns = (definition.columns ?? [age]).map((column) => column).map(wholeColumn)
  return {
    ...definition,
    apiVersion: group ? `${group}/${version}` : version,
    listKind: `${kind}List`,
    singular: definition.singular ?? kind.toLowerCase(),
    shortNames: definition.shortNames ?? [],
    categories: definition.categories ?? [],
    verbs: definition.verbs ?? ALL_VERBS,
    type: definition.type ?? canonicalType(group, version, kind),
    status: definition.status ?? false,
    subresources: definition.subresources ?? [],
    // A kind that puts its name elsewhere than first (Event) lists the column itself.
    columns: columns.some(({ name }) => name === 'Name') ? columns : [nameColumn, ...columns],
    fieldSelectors: definition.fieldSelectors ?? {},
  }
}

/** `apps/v1 Deployment` is `io.k8s.api.apps.v1.Deployment`; `rbac.authorization.k8s.io` is `rbac`. */
export function canonicalType(group: string, version: string, kind: string): string {
  return `io.k8s.api.${group === '' ? 'core' : group.split('.')[0]}.${version}.${kind}`
}

function wholeColumn<T>(column: ColumnShort<T>): Column<T> {
  if ('cell' in column) return column
  const [name, cell, options] = column
  return {
    name,
    cell: (object, now) => cell(object, now) ?? null,
    type: 'string',
    format: '',
    description: '',
    priority: 0,
    ...options,
  }
}

/** The Name column; it stands first unless the kind lists a column `Name` itself. */
export const nameColumn: Column<KubeObject> = {
  name: 'Name',
  cell: (object) => object.metadata.name,
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  priority: 0,
}

/** The Age column: how long ago the object was made, as kubectl writes durations. */
export const age: Column<KubeObject> = {
  name: 'Age',
  cell: (object, now) => humanDuration(now - Date.parse(object.metadata.creationTimestamp)),
  type: 'string',
  format: '',
  description: 'Time since the object was created.',
  priority: 0,
}

/** A duration as apimachinery's `duration.HumanDuration` writes it: 5s, 2m30s, 3h, 5d21h, 2y. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (Number.isNaN(seconds)) return '<unknown>'
  if (seconds < -1) return '<invalid>'
  if (seconds < 120) return `${Math.max(0, seconds)}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return `${minutes}m${seconds % 60 ? `${seconds % 60}s` : ''}`
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return `${hours}h${minutes % 60 ? `${minutes % 60}m` : ''}`
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (days < 8) return `${days}d${hours % 24 ? `${hours % 24}h` : ''}`
  if (days < 365 * 2) return `${days}d`
  const years = Math.floor(days / 365)
  if (years < 8) return `${years}y${days % 365 ? `${days % 365}d` : ''}`
  return `${years}y`
}
