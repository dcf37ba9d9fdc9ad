import type { CertificateSigningRequest as Request } from '../../api/kinds/certificates/certificate-signing-request.ts'
import { CertificateSigningRequest } from '../../api/kinds/certificates/certificate-signing-request.ts'
import { conditionsOf } from '../../api/kinds/certificates/request-status.ts'
import { timestamp } from '../../std/clock.ts'
import { controller } from '../runtime.ts'
import { hasCondition, isOwnSigner, pemOf, refusal, subjectOf } from './requests.ts'

/** How long certificates are good for when nobody asks for less. */
const LIFETIME_SECONDS = 365 * 24 * 3600
const LIFETIME_MIN_SECONDS = 600

/** Issues the certificates that were approved, for the signers of Kubernetes' own. */
export const csrSigning = controller({
  name: 'csrsigning',
  component: 'certificate-controller',
  for: CertificateSigningRequest,
  wants: isDue,

  async reconcile(request, { api, config, env }) {
    if (!isDue(request) || !config.issueCertificate) return
    const why = refusal(request.spec.signerName, await subjectOf(request), request.spec.usages ?? [])
    if (why) {
      const now = timestamp(env.clock.now())
      const failed = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: why } as const
      const conditions = [...conditionsOf(request.status), { ...failed, lastUpdateTime: now, lastTransitionTime: now }]
      await api(CertificateSigningRequest).updateStatus(request, { ...request.status, conditions })
      return
    }
    const { usages = [], expirationSeconds } = request.spec
    const order = { request: pemOf(request), usages, lifetimeSeconds: lifetimeSeconds(expirationSeconds) }
    const certificate = Buffer.from(await config.issueCertificate(order)).toString('base64')
    await api(CertificateSigningRequest).updateStatus(request, { ...request.status, certificate })
  },
})

function isDue(request: Request): boolean {
  const { spec, status } = request
  const isDecided = hasCondition(request, 'Approved') && !hasCondition(request, 'Denied')
  return isOwnSigner(spec.signerName) && isDecided && !hasCondition(request, 'Failed') && !status.certificate
}

/** As long as was asked for, within bounds. */
export function lifetimeSeconds(asked: number | undefined): number {
  if (asked === undefined) return LIFETIME_SECONDS
  return Math.min(LIFETIME_SECONDS, Math.max(LIFETIME_MIN_SECONDS, asked))
}
