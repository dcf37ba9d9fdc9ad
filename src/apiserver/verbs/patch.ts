import type { JsonObject } from '../../api/decode.ts'
import { clone } from '../../api/equal.ts'
import { ApiError, badRequest, invalid, notFound, unsupportedMediaType } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import { serverSideApply } from '../../api/patch/apply.ts'
import { printGo } from '../../api/patch/go-print.ts'
import { applyJsonPatch } from '../../api/patch/json.ts'
import { applyMergePatch } from '../../api/patch/merge.ts'
import { applyStrategicMergePatch } from '../../api/patch/strategic.ts'
import { readYaml, YamlError } from '../../api/yaml.ts'
import { readBody } from '../body.ts'
import { type Answer, type Call, header } from '../call.ts'
import type { Context } from '../context.ts'
import { type WriteOptions, writeOptions } from '../options/write-options.ts'
import { objectFrom, parseJson } from '../payload.ts'
import { negotiate } from '../representation/negotiate.ts'
import { answerServed } from '../representation/served.ts'
import { fieldManagement, recordManager } from '../strategy/managers.ts'
import { checkName, ensureNamespace } from '../strategy/metadata.ts'
import { updateObject } from '../strategy/update.ts'
import { objectStrategy, type UpdateStrategy } from '../strategy/update-strategy.ts'
import { writerOf } from './writer.ts'

const JSON_PATCH = 'application/json-patch+json'
const MERGE_PATCH = 'application/merge-patch+json'
const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json'
const APPLY_PATCH = 'application/apply-patch+yaml'
const PATCH_TYPES = [JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, APPLY_PATCH]

/** PATCH of an object; server-side apply makes it when it is not there. */
export function patch(context: Context, call: Call, kind: Kind): Promise<Answer> {
  return patchWith(context, call, kind, objectStrategy(kind, context.schema), true)
}

/** What a patch request asks for. */
export interface PatchRequest {
  type: string
  patch: unknown
  options: WriteOptions
}

/** Reads the patch and its options; 415 for a patch of a type that the kind does not take. */
export async function readPatch(call: Call, kind: Kind): Promise<PatchRequest> {
  const type = (header(call, 'content-type').split(';')[0] ?? '').trim()
  // How lists merge strategically stands in Go types, which custom kinds do not have.
  const types = kind.custom ? PATCH_TYPES.filter((one) => one !== STRATEGIC_MERGE_PATCH) : PATCH_TYPES
  if (!types.includes(type)) throw unsupportedMediaType(type, types)
  const text = await readBody(call)
  const isApply = type === APPLY_PATCH
  const options = writeOptions(call, 'PatchOptions', isApply)
  return { type, patch: isApply ? parseApplied(call, text, options) : parseJson(text), options }
}

function parseApplied(call: Call, text: string, { fieldValidation }: WriteOptions): JsonObject {
  try {
    const { value, duplicates } = readYaml(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new YamlError('expected an object')
    if (duplicates.length && fieldValidation === 'Strict') {
      throw badRequest(`error strict decoding YAML: ${duplicates.join(', ')}`)
    }
    if (fieldValidation === 'Warn') call.warnings.push(...duplicates)
    return value as JsonObject
  } catch (error) {
    if (error instanceof YamlError) throw badRequest(`error decoding YAML: ${error.message}`)
    throw error
  }
}

/** PATCH of an endpoint that writes what `strategy` says. */
export async function patchWith(
  context: Context,
  call: Call,
  kind: Kind,
  strategy: UpdateStrategy,
  mayCreate = false,
): Promise<Answer> {
  negotiate(call)
  const { namespace, name } = call.info
  const request = await readPatch(call, kind)
  const isApply = request.type === APPLY_PATCH
  const { served, created } = await updateObject(context, {
    kind,
    namespace,
    name,
    strategy,
    mayCreate: mayCreate && isApply,
    writer: writerOf(call),
    dryRun: request.options.dryRun,
    change(old) {
      if (!old && !isApply) throw notFound(kind, name)
      const next = isApply
        ? applied(context, kind, strategy, request, old)
        : patched(context, call, kind, strategy, request, old as KubeObject)
      ensureNamespace(next, kind, namespace)
      checkName(next, name)
      return next
    },
  })
  return answerServed(context, call, kind, created ? 201 : 200, served)
}

function applied(
  context: Context,
  kind: Kind,
  strategy: UpdateStrategy,
  { patch, options }: PatchRequest,
  old: KubeObject | undefined,
): KubeObject {
  const { object } = serverSideApply({
    ...fieldManagement(context, kind, options.manager, strategy),
    live: old as unknown as JsonObject | undefined,
    applied: patch as JsonObject,
    force: options.force,
  })
  return objectFrom(context, kind, clone(object), 'Ignore').object
}

function patched(
  context: Context,
  call: Call,
  kind: Kind,
  strategy: UpdateStrategy,
  request: PatchRequest,
  old: KubeObject,
): KubeObject {
  const next = applyPatch(context, call, kind, request, old)
  recordManager(context, kind, request.options.manager, strategy, next, old)
  return next
}

/** A JSON, merge or strategic merge patch applied to an object, which is not changed; 422 when the result is not of its kind. */
export function applyPatch<T extends KubeObject>(
  context: Context,
  call: Call,
  kind: Kind<T>,
  { type, patch, options }: PatchRequest,
  old: T,
): T {
  const result = clone(applyByType(context, kind as unknown as Kind, type, patch, old as unknown as JsonObject))
  try {
    const { object, warnings } = objectFrom(context, kind, result, options.fieldValidation)
    call.warnings.push(...warnings)
    return object
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const value = type === STRATEGIC_MERGE_PATCH ? printGo(patch) : JSON.stringify(result)
    throw notOfItsKind(value, error.message)
  }
}

function applyByType({ schema }: Context, kind: Kind, type: string, patch: unknown, old: JsonObject): JsonObject {
  if (type === JSON_PATCH) return applyJsonPatch(old, patch)
  if (type === MERGE_PATCH) return applyMergePatch(old, patch)
  return applyStrategicMergePatch(old, patch, schema.patchSchemaOf(kind.type))
}

/** Upstream's words for a patch that makes of an object what it cannot be. */
function notOfItsKind(value: string, message: string): ApiError {
  const why = message.replace(/^.* cannot be handled as a \w+: /s, '')
  const cause = {
    reason: 'FieldValueInvalid',
    field: 'patch',
    message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
  }
  return invalid({ group: '', kind: '' }, '', [cause])
}
