import type { CertificateSigningRequest as Request } from '../../api/kinds/certificates/certificate-signing-request.ts'
import { CertificateSigningRequest } from '../../api/kinds/certificates/certificate-signing-request.ts'
import { conditionsOf } from '../../api/kinds/certificates/request-status.ts'
import { SubjectAccessReview } from '../../api/kinds/authorization/subject-access-review.ts'
import type { Api } from '../../client/api.ts'
import { controller } from '../runtime.ts'
import { hasCondition, KUBELET_CLIENT_SIGNER, kubeletClientProblem, subjectOf } from './requests.ts'

/** Approves the client certificates of kubelets, when whoever asks may have one. */
export const csrApproving = controller({
  name: 'csrapproving',
  component: 'certificate-controller',
  for: CertificateSigningRequest,
  wants: isUndecided,

  async reconcile(request, { api }) {
    if (!isUndecided(request)) return
    const message = await grounds(api, request)
    if (!message) return
    const approved = { type: 'Approved', status: 'True', reason: 'AutoApproved', message } as const
    const status = { ...request.status, conditions: [...conditionsOf(request.status), approved] }
    const { name } = request.metadata
    await api(CertificateSigningRequest).put({ name }, 'approval', { ...request, status })
  },
})

function isUndecided(request: Request): boolean {
  const isOpen = !request.status.certificate && !hasCondition(request, 'Approved') && !hasCondition(request, 'Denied')
  return isOpen && request.spec.signerName === KUBELET_CLIENT_SIGNER
}

/** Why the request is approved; nothing when it is left to somebody else. */
async function grounds(api: Api, request: Request): Promise<string | undefined> {
  const subject = await subjectOf(request)
  if (kubeletClientProblem(subject, request.spec.usages ?? [])) return undefined
  if (subject.commonName === request.spec.username && (await mayHave(api, request, 'selfnodeclient'))) {
    return 'Auto approving self kubelet client certificate after SubjectAccessReview.'
  }
  if (await mayHave(api, request, 'nodeclient')) {
    return 'Auto approving kubelet client certificate after SubjectAccessReview.'
  }
  return undefined
}

async function mayHave(api: Api, { spec }: Request, subresource: string): Promise<boolean> {
  const { username: user = '', uid, groups, extra } = spec
  const about = { group: CertificateSigningRequest.group, resource: CertificateSigningRequest.plural, subresource }
  const resourceAttributes = { ...about, verb: 'create', version: '*' }
  const asker = { user, ...(uid && { uid }), ...(groups && { groups }), ...(extra && { extra }) }
  const { status } = await api(SubjectAccessReview).create({ spec: { ...asker, resourceAttributes } })
  return status.allowed
}
