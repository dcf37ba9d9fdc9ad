import { ApiError, badRequest, conflict, invalid, type Status } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import type { KubeObject } from '../../api/meta.ts'
import { report as newReport } from '../../api/report.ts'
import type { Answer, Call } from '../call.ts'
import type { Context } from '../context.ts'
import { writeOptions } from '../options/write-options.ts'
import { readObject } from '../payload.ts'
import type { Subresource } from '../registry.ts'
import { answerStatus } from '../representation/answer.ts'
import { amend } from '../strategy/amend.ts'
import { writerOf } from '../verbs/writer.ts'
import { setCondition } from './pod-condition.ts'

type Binding = KubeObject & { target?: { kind?: string; name?: string } }

/** As the body of a binding is decoded. */
const BINDING = { group: '', version: 'v1', kind: 'Binding', type: 'io.k8s.api.core.v1.Binding' } as Kind<Binding>

export const SUCCESS: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }

/** Assigns a pod to a node, once and for all. */
export const binding: Subresource = { create: bind }

/** POST of a Binding, to the pod's subresource or to `bindings`. */
export async function bind(context: Context, call: Call): Promise<Answer> {
  const { namespace } = call.info
  const { dryRun, fieldValidation } = writeOptions(call, 'CreateOptions')
  const object = await readObject(context, call, BINDING, fieldValidation)
  const name = call.info.name || object.metadata.name
  if (object.metadata.name !== name) throw badRequest('name in URL does not match name in Binding object')
  const node = targetOf(object)
  const writer = writerOf(call)
  const admission = {
    operation: 'CREATE',
    kind: Pod as unknown as Kind,
    subresource: 'binding',
    namespace,
    name,
  } as const
  await context.admission.admit({ ...admission, object, dryRun, ...writer })
  await context.admission.validate({ ...admission, object, dryRun, ...writer })
  const now = context.env.clock.now()
  await amend(context, Pod, { namespace, name }, (pod) => assign(pod, object, node, now), dryRun)
  return answerStatus(call, SUCCESS)
}

function targetOf({ metadata, target = {} }: Binding): string {
  const report = newReport('target')
  if (target.kind && target.kind !== 'Node') report.notSupported('kind', target.kind, ['Node', '<empty>'])
  if (!target.name) report.required('name')
  if (report.causes.length) throw invalid(BINDING, metadata.name, report.causes)
  return target.name as string
}

function assign(pod: Pod, { metadata }: Binding, node: string, now: number): void {
  const { name } = pod.metadata
  const refuse = (why: string): ApiError => conflict({ group: '', plural: 'pods/binding' }, name, why)
  checkPreconditions(pod, metadata)
  if (pod.metadata.deletionTimestamp) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`)
  if (pod.spec.nodeName) throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`)
  if (pod.spec.schedulingGates?.length) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`)
  pod.spec.nodeName = node
  delete pod.status.nominatedNodeName
  if (metadata.annotations) pod.metadata.annotations = { ...pod.metadata.annotations, ...metadata.annotations }
  if (metadata.labels) pod.metadata.labels = { ...pod.metadata.labels, ...metadata.labels }
  setCondition(pod, { type: 'PodScheduled', status: 'True' }, now)
}

/** A binding may say which pod, and which state of it, it is meant for. */
function checkPreconditions({ metadata: pod }: Pod, { uid, resourceVersion }: Binding['metadata']): void {
  const fail = (field: string, wanted: string, found: string) =>
    conflict(
      Pod,
      pod.name,
      `Precondition failed: ${field} in precondition: ${wanted}, ${field} in object meta: ${found}`,
    )
  if (uid && uid !== pod.uid) throw fail('UID', uid, pod.uid)
  if (resourceVersion && resourceVersion !== pod.resourceVersion) {
    throw fail('ResourceVersion', resourceVersion, pod.resourceVersion)
  }
}
