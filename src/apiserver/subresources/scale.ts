import { clone } from '../../api/equal.ts'
import { invalid, notFound } from '../../api/errors.ts'
import { age, defineKind, type Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import { report as newReport } from '../../api/report.ts'
import { formatLabelSelector, type LabelSelector } from '../../api/label-selector.ts'
import type { Answer, Call } from '../call.ts'
import { type Context, keyFor, type Served } from '../context.ts'
import { type WriteOptions, writeOptions } from '../options/write-options.ts'
import { readObject } from '../payload.ts'
import type { Subresource } from '../registry.ts'
import { answerServed } from '../representation/served.ts'
import { recordManager } from '../strategy/managers.ts'
import { checkName, ensureNamespace } from '../strategy/metadata.ts'
import { updateObject } from '../strategy/update.ts'
import { objectStrategy } from '../strategy/update-strategy.ts'
import { applyPatch, readPatch } from '../verbs/patch.ts'
import { writerOf } from '../verbs/writer.ts'

type Scale = KubeObject & { spec: { replicas?: number }; status: { replicas: number; selector?: string } }

const SCALE = defineKind<Scale>({
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  plural: 'scales',
  scope: 'Namespaced',
  columns: [
    ['Desired', ({ spec }) => spec.replicas ?? 0, { type: 'integer', description: 'How many there shall be.' }],
    ['Available', ({ status }) => status.replicas, { type: 'integer', description: 'How many there are.' }],
    age,
  ],
})

/** What can be scaled: the selector is a LabelSelector, or with replication controllers plain labels. */
type Scalable = KubeObject & {
  spec: { replicas?: number; selector?: LabelSelector | Record<string, string> }
  status?: { replicas?: number }
}

/** How an empty selector prints. */
const NO_TERMS = '<none>'

/** How many there are and shall be, apart from everything else that an object says. */
export const scale: Subresource = {
  async get(context, call, kind) {
    const { namespace, name } = call.info
    const stored = context.store.get(keyFor(kind, namespace, name))
    if (!stored) throw notFound(kind, name)
    return answer(context, call, kind, stored)
  },

  async update(context, call, kind) {
    const options = writeOptions(call, 'UpdateOptions')
    const sent = await readObject(context, call, SCALE, options.fieldValidation)
    return change(context, call, kind, options, () => clone(sent))
  },

  async patch(context, call, kind) {
    const request = await readPatch(call)
    return change(context, call, kind, request.options, (old) => applyPatch(context, call, SCALE, request, old))
  },
}

async function change(
  context: Context,
  call: Call,
  kind: Kind,
  options: WriteOptions,
  scaleFrom: (old: Scale) => Scale,
): Promise<Answer> {
  const { namespace, name } = call.info
  const strategy = { ...objectStrategy(kind, context.schema), subresource: 'scale' }
  const { served } = await updateObject(context, {
    kind,
    namespace,
    name,
    strategy,
    mayCreate: false,
    writer: writerOf(call),
    dryRun: options.dryRun,
    change(old) {
      const wanted = scaleFrom(scaleOf(kind, old as Scalable))
      checkScale(kind, wanted, name, namespace)
      const next = clone(old) as Scalable
      next.spec.replicas = wanted.spec?.replicas ?? 0
      next.metadata.resourceVersion = wanted.metadata.resourceVersion
      if (wanted.metadata.uid) next.metadata.uid = wanted.metadata.uid
      recordManager(context, kind, options.manager, strategy, next, old)
      return next
    },
  })
  return answer(context, call, kind, served)
}

function checkScale(kind: Kind, wanted: Scale, name: string, namespace: string): void {
  ensureNamespace(wanted, kind, namespace)
  checkName(wanted, name)
  const report = newReport()
  const { replicas = 0 } = wanted.spec ?? {}
  if (replicas < 0) report.invalid('spec.replicas', replicas, 'must be greater than or equal to 0')
  if (report.causes.length) throw invalid(SCALE, name, report.causes)
}

function answer(context: Context, call: Call, kind: Kind, { object }: Served): Answer {
  const found = scaleOf(kind, object as Scalable)
  return answerServed(context, call, SCALE, 200, { object: found, text: JSON.stringify(found) })
}

function scaleOf({ plural }: Kind, { metadata, spec, status }: Scalable): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata
  const isPlain = plural === 'replicationcontrollers'
  const { selector = {} } = spec
  const text = formatLabelSelector(isPlain ? { matchLabels: selector as Record<string, string> } : selector)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace && { namespace }), uid, resourceVersion, creationTimestamp },
    spec: { ...(spec.replicas && { replicas: spec.replicas }) },
    status: { replicas: status?.replicas ?? 0, ...(text !== NO_TERMS && { selector: text }) },
  }
}
