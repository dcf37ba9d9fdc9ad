import type { ILabelSelector } from '@kubernetes-models/apimachinery/apis/meta/v1/LabelSelector'
import { clone } from '../../api/equal.ts'
import { badRequest, internalError, invalid, notFound } from '../../api/errors.ts'
import { age, defineKind, type Kind, type ScalePaths } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import { report as newReport } from '../../api/report.ts'
import { formatLabelSelector } from '../../api/selector.ts'
import type { Answer, Call } from '../call.ts'
import { type Context, keyFor, type Served } from '../context.ts'
import { nestedField, setNestedField } from '../nested-field.ts'
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
  spec: { replicas?: number; selector?: ILabelSelector | Record<string, string> }
  status?: { replicas?: number }
}

/** Where all but custom kinds say how many there shall be. */
const REPLICAS = ['spec', 'replicas']

/** How an empty selector prints. */
const NO_TERMS = '<none>'

/** How many there are and shall be, apart from everything else that an object says. */
export const scale: Subresource = {
  async get(context, call, kind) {
    const { namespace, name } = call.info
    const stored = context.store.get(keyFor(kind, namespace, name))
    if (!stored) throw notFound(kind, name)
    const { scale: paths } = kind
    if (paths && nestedField(stored.object, paths.replicas, 'int64').value === undefined) {
      throw internalError(`the spec replicas field ${shown(paths.replicas)} does not exist`)
    }
    return answer(context, call, kind, stored)
  },

  async update(context, call, kind) {
    const options = writeOptions(call, 'UpdateOptions')
    const sent = await readObject(context, call, SCALE, options.fieldValidation)
    return change(context, call, kind, options, () => clone(sent))
  },

  async patch(context, call, kind) {
    const request = await readPatch(call, kind)
    return change(context, call, kind, request.options, (old) => {
      const wanted = applyPatch(context, call, SCALE, request, old)
      if (kind.scale && wanted.spec?.replicas === undefined && old.spec.replicas === undefined) {
        throw badRequest(`the spec replicas field ${shown(kind.scale.replicas)} cannot be empty`)
      }
      return wanted
    })
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
      setNestedField(next, kind.scale?.replicas ?? REPLICAS, wanted.spec?.replicas ?? 0)
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

function scaleOf(kind: Kind, object: Scalable): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const { replicas, current, selector } = kind.scale ? numbersAt(kind.scale, object) : numbersOf(kind, object)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace && { namespace }), uid, resourceVersion, creationTimestamp },
    spec: { ...(replicas && { replicas }) },
    status: { replicas: current ?? 0, ...(selector && { selector }) },
  }
}

/** How many there shall be and are, and which they are. */
interface Numbers {
  replicas?: number
  current?: number
  selector?: string
}

function numbersOf({ plural }: Kind, { spec, status }: Scalable): Numbers {
  const isPlain = plural === 'replicationcontrollers'
  const { selector = {}, replicas } = spec
  const text = formatLabelSelector(isPlain ? { matchLabels: selector as Record<string, string> } : selector)
  return {
    ...(replicas !== undefined && { replicas }),
    ...(status?.replicas !== undefined && { current: status.replicas }),
    ...(text !== NO_TERMS && { selector: text }),
  }
}

/** The same of a custom object; what is of a wrong type counts as absent, as validation lets none through. */
function numbersAt({ replicas, statusReplicas, selector }: ScalePaths, object: Scalable): Numbers {
  const [wanted, current] = [replicas, statusReplicas].map((path) => nestedField(object, path, 'int64').value)
  const text = selector && nestedField(object, selector, 'string').value
  return {
    ...(typeof wanted === 'number' && { replicas: wanted }),
    ...(typeof current === 'number' && { current }),
    ...(typeof text === 'string' && { selector: text }),
  }
}

const shown = (path: readonly string[]) => JSON.stringify(`.${path.join('.')}`)
