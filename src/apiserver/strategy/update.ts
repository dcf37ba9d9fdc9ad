import { clone, deepEqual } from '../../api/equal.ts'
import { type ApiError, conflict, invalid, MODIFIED, notFound } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import { validateObjectMetaUpdate } from '../../api/object-meta.ts'
import { report as newReport } from '../../api/report.ts'
import type { Stored } from '../../store/stored.ts'
import { Conflict } from '../../store/store.ts'
import type { AdmissionRequest } from '../admission/plugin.ts'
import { type Context, keyFor, resourceOf, type Served, type Writer } from '../context.ts'
import { createObject } from './create.ts'
import { type Hooks, NO_RESERVATION, withReservation } from './hooks.ts'
import { dedupOwners, ensureNamespace } from './metadata.ts'
import type { UpdateStrategy, Whole } from './update-strategy.ts'
import { warnings as newWarnings } from '../../api/warnings.ts'

/** A change to an object. */
export interface UpdateRequest {
  kind: Kind
  namespace: string
  name: string
  strategy: UpdateStrategy
  /**
   * The object as it shall be, made from what is there (`undefined`: nothing; then a new object): with managed fields, and held by
   * nobody else. Asked again when another writer was faster.
   */
  change(old: KubeObject | undefined): Promise<KubeObject> | KubeObject
  /** Whether the object is made when it is not there. */
  mayCreate: boolean
  writer: Writer
  dryRun: boolean
}

export interface Updated {
  served: Served
  created: boolean
}

/** Changes an object, or makes it where that is allowed; retries when another writer was faster. */
export async function updateObject(context: Context, request: UpdateRequest): Promise<Updated> {
  const { kind, namespace, name } = request
  const key = keyFor(kind, namespace, name)
  for (;;) {
    const current = context.store.get(key)
    try {
      if (current) return { served: await changeObject(context, request, current), created: false }
      return { served: await createInstead(context, request), created: true }
    } catch (error) {
      if (!isRace(error, current)) throw error
    }
  }
}

/** Whether somebody wrote between our reading and our writing: then the change is made anew. */
function isRace(error: unknown, current: Stored | undefined): boolean {
  return error instanceof Conflict || (!current && (error as ApiError).reason === 'AlreadyExists')
}

async function createInstead(context: Context, request: UpdateRequest): Promise<Served> {
  const { kind, namespace, name, writer, dryRun } = request
  if (!request.mayCreate) throw notFound(kind, name)
  const object = await request.change(undefined)
  if (object.metadata.uid) {
    const why = `uid mismatch: the provided object specified uid ${object.metadata.uid}, and no existing object was found`
    throw conflict(kind, name, why)
  }
  // The state that it was made for is gone, and with it the object.
  delete (object.metadata as Partial<KubeObject['metadata']>).resourceVersion
  return createObject(context, { kind, namespace, object, writer, dryRun })
}

async function changeObject(context: Context, request: UpdateRequest, current: Stored): Promise<Served> {
  const { kind, namespace, writer, strategy, dryRun } = request
  const old = current.object as Whole
  const next = (await request.change(old)) as Whole
  checkUid(kind, next, old)
  await context.admission.admit(admissionOf(request, next, old))
  dedupOwners(next, writer.warn, true)
  checkVersion(kind, next, old)
  ensureNamespace(next, kind, namespace)
  const hooks = strategy.subresource ? undefined : context.hooks.get(resourceOf(kind))
  next.metadata.generation = old.metadata.generation
  return withReservation(hooks?.beginUpdate?.(next, old, dryRun) ?? NO_RESERVATION, async () => {
    prepare(context, request, next, old)
    validate(request, next, old, hooks)
    warnOf(request, next, old)
    const admission = admissionOf(request, next, old)
    await context.admission.validate(admission)
    return withReservation(await context.admission.reserve(admission), () => write(context, request, next, current))
  })
}

function admissionOf(request: UpdateRequest, object: KubeObject, old: KubeObject): AdmissionRequest {
  const { kind, namespace, name, strategy, writer, dryRun } = request
  return {
    operation: 'UPDATE',
    kind,
    subresource: strategy.subresource,
    namespace,
    name,
    object,
    old,
    dryRun,
    ...writer,
  }
}

function checkUid(kind: Kind, { metadata: next }: KubeObject, { metadata: old }: KubeObject): void {
  if (!next.uid || next.uid === old.uid) return
  const why = `Precondition failed: UID in precondition: ${next.uid}, UID in object meta: ${old.uid}`
  throw conflict(kind, old.name, why)
}

/** The update is for the state that it names; without a name it is for any, where the kind allows that. */
function checkVersion(kind: Kind, { metadata: next }: KubeObject, { metadata: old }: KubeObject): void {
  if (!next.resourceVersion) {
    if (kind.allowUnconditionalUpdate === false) {
      const report = newReport()
      report.invalid('metadata.resourceVersion', 0, 'must be specified for an update')
      throw invalid({ group: kind.group, kind: kind.plural }, old.name, report.causes)
    }
    next.resourceVersion = old.resourceVersion
  } else if (next.resourceVersion !== old.resourceVersion) {
    throw conflict(kind, old.name, MODIFIED)
  }
}

/** What an update may not say is as it was. */
function prepare({ env }: Context, { strategy }: UpdateRequest, next: Whole, old: Whole): void {
  strategy.prepare(next, old, env.clock.now())
  const { metadata } = next
  metadata.uid ||= old.metadata.uid
  metadata.creationTimestamp = old.metadata.creationTimestamp
  if (old.metadata.deletionTimestamp) metadata.deletionTimestamp = old.metadata.deletionTimestamp
  metadata.deletionGracePeriodSeconds ??= old.metadata.deletionGracePeriodSeconds
}

function validate({ kind, strategy }: UpdateRequest, next: Whole, old: Whole, hooks: Hooks | undefined): void {
  const report = newReport()
  validateObjectMetaUpdate(next.metadata, old.metadata, kind, report.at('metadata'))
  strategy.validate(next, old, report)
  hooks?.validate?.(next, old, report)
  if (report.causes.length) throw invalid(kind, next.metadata.name, report.causes)
}

function warnOf({ strategy, writer }: UpdateRequest, next: Whole, old: Whole): void {
  const found = newWarnings()
  strategy.warnings?.(next, old, found)
  for (const text of found.texts) writer.warn(text)
}

async function write(context: Context, { kind, dryRun }: UpdateRequest, next: Whole, current: Stored): Promise<Served> {
  const old = current.object
  keepManagedTimes(next, old)
  if (isFinished(context, kind, next, old)) {
    if (!dryRun) {
      await context.store.delete(current.key, current.revision)
      await context.hooks.get(resourceOf(kind))?.afterDelete?.(old, context)
    }
    return { object: next, text: JSON.stringify(next) }
  }
  // What a custom object was stored as may be another version than is stored now: writing it as it is migrates it.
  if (deepEqual(next, old) && !kind.custom) return current
  if (!dryRun) return context.store.update(current.key, current.revision, next)
  return { object: next, text: JSON.stringify(next) }
}

/** Fields that nobody changed keep the time at which they were last set. */
function keepManagedTimes({ metadata: next }: KubeObject, { metadata: old }: KubeObject): void {
  const timeless = (entries: typeof next.managedFields) => entries?.map((entry) => ({ ...entry, time: undefined }))
  if (deepEqual(timeless(next.managedFields), timeless(old.managedFields)))
    next.managedFields = clone(old.managedFields)
}

/** Whether the update lets a dying object go: it removed the last finalizer. */
function isFinished(
  { hooks }: Context,
  kind: Kind,
  { metadata: next, ...rest }: Whole,
  { metadata: old }: KubeObject,
): boolean {
  if (next.finalizers?.length || !old.deletionTimestamp || old.deletionGracePeriodSeconds) return false
  return hooks.get(resourceOf(kind))?.mayGo?.({ metadata: next, ...rest }) ?? true
}
