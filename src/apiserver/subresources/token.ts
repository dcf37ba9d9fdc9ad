import { badRequest, conflict, invalid, notFound } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import { TokenRequest } from '../../api/kinds/authentication/token-request.ts'
import { Node } from '../../api/kinds/core/node.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { Secret } from '../../api/kinds/core/secret.ts'
import { ServiceAccount } from '../../api/kinds/core/service-account.ts'
import type { KubeObject } from '../../api/meta.ts'
import { report as newReport } from '../../api/report.ts'
import { timestamp } from '../../std/clock.ts'
import { usernameOf } from '../authn/service-account-name.ts'
import type { BoundObject, ServiceAccountClaims } from '../authn/service-account-token.ts'
import type { Answer, Call } from '../call.ts'
import { type Context, lookup } from '../context.ts'
import { writeOptions } from '../options/write-options.ts'
import { readObject } from '../payload.ts'
import type { Subresource } from '../registry.ts'
import { answerServed } from '../representation/served.ts'
import { writerOf } from '../verbs/writer.ts'

/** What the token volume that admission adds asks for. Whoever does not reread such a token may use it for longer. */
export const WARN_ONLY_SECONDS = 3607
const EXTENDED_SECONDS = 365 * 24 * 3600

/** As errors name requests: the kind, where others name the resource. */
const RESOURCE = { group: TokenRequest.group, plural: TokenRequest.kind }

/** Issues a token by which a service account is known. */
export const token: Subresource = { create: createToken }

async function createToken(context: Context, call: Call): Promise<Answer> {
  const { namespace, name } = call.info
  const { dryRun, fieldValidation } = writeOptions(call, 'CreateOptions')
  const request = await readObject(context, call, TokenRequest, fieldValidation)
  const admission = {
    operation: 'CREATE',
    kind: ServiceAccount as unknown as Kind,
    subresource: 'token',
    namespace,
    name,
    object: request,
    dryRun,
    ...writerOf(call),
  } as const
  // It looks at what was asked for, before that is completed.
  await context.admission.admit(admission)
  complete(context, request, lookup(context.store, ServiceAccount, { namespace, name }), { namespace, name })
  validate(request)
  await context.admission.validate(admission)
  const bound = boundObjects(context, request, namespace, name)
  const issued = issue(context, request, bound)
  return answerServed(context, call, TokenRequest, 201, {
    object: issued,
    text: JSON.stringify(issued),
  })
}

/** What the request leaves out, or must say as it is. */
function complete(
  { env, authentication }: Context,
  request: TokenRequest,
  account: ServiceAccount | undefined,
  { namespace, name }: { namespace: string; name: string },
): void {
  const { metadata, spec } = request
  const report = newReport()
  const must = (field: string) => `must match the service account ${field} if specified`
  if (metadata.name && metadata.name !== name) report.invalid('metadata.name', metadata.name, must('name'))
  if (metadata.namespace && metadata.namespace !== namespace) {
    report.invalid('metadata.namespace', metadata.namespace, must('namespace'))
  }
  if (report.causes.length) throw invalid(TokenRequest, name, report.causes)
  if (!account) throw notFound(ServiceAccount, name)
  const { uid } = account.metadata
  if (metadata.uid && metadata.uid !== uid) {
    const why = `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${uid})`
    throw conflict(RESOURCE, name, why)
  }
  if (!spec.audiences?.length) spec.audiences = [...authentication.serviceAccounts.audiences]
  Object.assign(metadata, { name, namespace, uid, creationTimestamp: timestamp(env.clock.now()) })
}

function validate(request: TokenRequest): void {
  const report = newReport()
  TokenRequest.validate?.(request, report)
  if (report.causes.length) throw invalid(TokenRequest, '', report.causes)
}

type Bound = Pick<ServiceAccountClaims, 'pod' | 'secret' | 'node'>

/** The object that the token is to be bound to, and the node of a pod. */
function boundObjects(context: Context, { spec }: TokenRequest, namespace: string, account: string): Bound {
  const ref = spec.boundObjectRef
  if (!ref) return {}
  const { apiVersion = '', kind = '', name = '' } = ref
  const find = <T extends KubeObject>(kind: Kind<T>): T => {
    const found = lookup(context.store, kind, { namespace, name })
    if (!found) throw notFound(kind, name)
    if (!ref.uid || ref.uid === found.metadata.uid) return found
    const why = `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`
    throw conflict({ group: '', plural: kind.kind }, name, why)
  }
  switch (apiVersion.includes('/') ? '' : kind) {
    case 'Pod':
      return boundPod(context, find(Pod), account)
    case 'Secret':
      return { secret: boundTo(find(Secret)) }
    case 'Node':
      return { node: boundTo(find(Node)) }
    default:
      throw badRequest(`cannot bind token to object of type ${apiVersion}, Kind=${kind}`)
  }
}

function boundPod({ store }: Context, pod: Pod, account: string): Bound {
  if (pod.spec.serviceAccountName !== account) {
    const who = JSON.stringify(account)
    throw badRequest(`cannot bind token for serviceaccount ${who} to pod running with different serviceaccount name.`)
  }
  const { nodeName } = pod.spec
  if (!nodeName) return { pod: boundTo(pod) }
  const node = lookup(store, Node, { name: nodeName })
  return { pod: boundTo(pod), node: node ? boundTo(node) : { name: nodeName, uid: '' } }
}

function boundTo({ metadata: { name, uid } }: KubeObject): BoundObject {
  return { name, uid }
}

function issue({ env, authentication }: Context, request: TokenRequest, bound: Bound): TokenRequest {
  const { issuer, audiences: own, keys } = authentication.serviceAccounts
  const { metadata, spec } = request
  const { expirationSeconds = 0, audiences = [] } = spec
  const nowMs = env.clock.now()
  const now = Math.floor(nowMs / 1000)
  const isExtended =
    bound.pod !== undefined &&
    expirationSeconds === WARN_ONLY_SECONDS &&
    audiences.every((audience) => own.includes(audience))
  const namespace = metadata.namespace ?? ''
  const claims: ServiceAccountClaims = {
    namespace,
    ...bound,
    serviceaccount: boundTo(request),
    ...(isExtended && { warnafter: now + expirationSeconds }),
  }
  const token = keys.sign({
    aud: audiences,
    exp: now + (isExtended ? EXTENDED_SECONDS : expirationSeconds),
    iat: now,
    iss: issuer,
    jti: env.random.uuid(),
    'kubernetes.io': claims,
    nbf: now,
    sub: usernameOf(namespace, metadata.name),
  })
  return { ...request, status: { expirationTimestamp: timestamp(nowMs + expirationSeconds * 1000), token } }
}
