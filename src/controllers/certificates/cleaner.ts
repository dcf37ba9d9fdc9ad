import { X509Certificate } from 'node:crypto'
import type { CertificateSigningRequest as Request } from '../../api/kinds/certificates/certificate-signing-request.ts'
import { CertificateSigningRequest } from '../../api/kinds/certificates/certificate-signing-request.ts'
import { conditionsOf } from '../../api/kinds/certificates/request-status.ts'
import { controller } from '../runtime.ts'

const HOUR_MS = 3600_000

/** What was decided is of interest for so long. */
const DECIDED_MS = HOUR_MS
/** What nobody decides, or issues, for so long will not be. */
const PENDING_MS = 24 * HOUR_MS

/** Removes certificate requests that nobody needs any more. */
export const csrCleaner = controller({
  name: 'csrcleaner',
  component: 'certificate-controller',
  for: CertificateSigningRequest,

  async reconcile(request, { api, env }) {
    const leftMs = expiresAtMs(request) - env.clock.now()
    if (leftMs > 0) return { requeueAfterMs: leftMs }
    const { name, uid } = request.metadata
    await api(CertificateSigningRequest).delete({ name }, { preconditions: { uid } })
    return undefined
  },
})

/** When the request may go. */
export function expiresAtMs({ metadata, status }: Request): number {
  const conditions = conditionsOf(status)
  const createdAtMs = Date.parse(metadata.creationTimestamp)
  const ends = conditions.flatMap(({ type, lastUpdateTime }) => {
    const sinceMs = Date.parse(lastUpdateTime ?? metadata.creationTimestamp)
    if (type === 'Denied' || type === 'Failed') return [sinceMs + DECIDED_MS]
    if (type === 'Approved') return [sinceMs + (status.certificate ? DECIDED_MS : PENDING_MS)]
    return []
  })
  if (conditions.length === 0) ends.push(createdAtMs + PENDING_MS)
  if (status.certificate) ends.push(certificateEndMs(status.certificate))
  return Math.min(...ends)
}

function certificateEndMs(base64: string): number {
  return Date.parse(new X509Certificate(Buffer.from(base64, 'base64')).validTo)
}
