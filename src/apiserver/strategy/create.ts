import { clone } from '../../api/equal.ts'
import { ApiError, alreadyExists, forbidden, invalid } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import { validateObjectMeta } from '../../api/object-meta.ts'
import { report as newReport } from '../../api/report.ts'
import { timestamp } from '../../std/clock.ts'
import { Conflict } from '../../store/store.ts'
import type { AdmissionRequest } from '../admission/plugin.ts'
import { type Context, keyFor, resourceOf, type Served, type Writer } from '../context.ts'
import { type Hooks, NO_RESERVATION, withReservation } from './hooks.ts'
import { dedupOwners, ensureNamespace } from './metadata.ts'
import { hasGeneration, type Whole } from './update-strategy.ts'
import { warnings as newWarnings } from '../../api/warnings.ts'

/** An object to be made. */
export interface CreateRequest {
  kind: Kind
  namespace: string
  /** Decoded, defaulted, with its managed fields; nobody else holds it. */
  object: KubeObject
  writer: Writer
  dryRun: boolean
}

/** How often a name is generated before the client is told to try again. */
const NAME_ATTEMPTS = 8
const SUFFIX_CHARACTERS = 5
/** A generated name is cut so that names derived from it still fit a label. */
const GENERATED_PREFIX_MAX = 58

const TERMINATING = 'create not allowed while custom resource definition is terminating'

/** Admits, names, completes, validates and stores a new object. */
export async function createObject(context: Context, request: CreateRequest): Promise<Served> {
  const { kind, object, writer } = request
  if (kind.custom?.isTerminating) throw forbidden(kind, object.metadata.name ?? '', TERMINATING)
  dedupOwners(object, writer.warn, false)
  await context.admission.admit(admissionOf(request, object))
  dedupOwners(object, writer.warn, true)
  if (object.metadata.name || !object.metadata.generateName) return attempt(context, request, object)
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(context, request, clone(object))
    } catch (error) {
      if (!isTaken(error) || tries === NAME_ATTEMPTS) throw error
    }
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof ApiError && error.reason === 'AlreadyExists'
}

function admissionOf({ kind, namespace, writer, dryRun }: CreateRequest, object: KubeObject): AdmissionRequest {
  const { name = '' } = object.metadata
  return { operation: 'CREATE', kind, subresource: '', namespace, name, object, dryRun, ...writer }
}

/** One try, with a name of its own when the name is generated. */
async function attempt(context: Context, request: CreateRequest, object: KubeObject): Promise<Served> {
  const { kind, dryRun } = request
  complete(context, request, object)
  const hooks = context.hooks.get(resourceOf(kind))
  return withReservation(hooks?.beginCreate?.(object, dryRun) ?? NO_RESERVATION, async () => {
    prepare(context, request, object)
    validate(kind, object, hooks)
    warnOf(request, object)
    const admission = admissionOf(request, object)
    await context.admission.validate(admission)
    return withReservation(await context.admission.reserve(admission), () => store(context, request, object))
  })
}

/** What the server says of every new object. */
function complete({ env }: Context, { kind, namespace }: CreateRequest, object: KubeObject): void {
  const { metadata } = object
  metadata.creationTimestamp = timestamp(env.clock.now())
  metadata.uid = env.random.uuid()
  if (metadata.generateName && !metadata.name) {
    metadata.name = metadata.generateName.slice(0, GENERATED_PREFIX_MAX) + env.random.suffix(SUFFIX_CHARACTERS)
  }
  ensureNamespace(object, kind, namespace)
}

function prepare({ env, schema }: Context, { kind, writer }: CreateRequest, object: KubeObject): void {
  if (hasGeneration(kind, schema)) object.metadata.generation = 1
  else delete object.metadata.generation
  if (kind.status && !kind.statusOnCreate) (object as Whole).status = {}
  kind.prepareCreate?.(object, { now: env.clock.now(), user: writer.user })
}

function validate(kind: Kind, object: KubeObject, hooks: Hooks | undefined): void {
  const report = newReport()
  validateObjectMeta(object.metadata, kind, report.at('metadata'))
  kind.validate?.(object, report)
  kind.validateCreate?.(object, report)
  hooks?.validate?.(object, undefined, report)
  if (report.causes.length) throw invalid(kind, object.metadata.name, report.causes)
}

function warnOf({ kind, writer }: CreateRequest, object: KubeObject): void {
  const found = newWarnings()
  kind.warnings?.(object, undefined, found)
  for (const text of found.texts) writer.warn(text)
}

async function store(
  { store }: Context,
  { kind, namespace, dryRun }: CreateRequest,
  object: KubeObject,
): Promise<Served> {
  const { metadata } = object
  if (metadata.resourceVersion)
    throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created')
  const key = keyFor(kind, namespace, metadata.name)
  try {
    if (!dryRun) return await store.create(key, object)
  } catch (error) {
    if (error instanceof Conflict) throw taken(kind, object, error.current?.object)
    throw error
  }
  const found = store.get(key)
  if (found) throw taken(kind, object, found.object)
  return { object, text: JSON.stringify(object) }
}

/** Upstream's words for a name that is in use. */
function taken(kind: Kind, { metadata }: KubeObject, found: KubeObject | undefined): ApiError {
  const { message, status } = alreadyExists(kind, metadata.name)
  if (metadata.generateName) {
    const why = `${message}, the server was not able to generate a unique name for the object`
    return new ApiError(409, 'AlreadyExists', why, { ...status.details, retryAfterSeconds: 1 })
  }
  if (!found?.metadata.deletionTimestamp) return alreadyExists(kind, metadata.name)
  return new ApiError(409, 'AlreadyExists', `object is being deleted: ${message}`, status.details)
}
