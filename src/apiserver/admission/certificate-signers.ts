import type { UserInfo } from '../../api/exchange.ts'
import { CertificateSigningRequest } from '../../api/kinds/certificates/certificate-signing-request.ts'
import { deepEqual } from '../../api/equal.ts'
import { type Attributes, question } from '../authz/attributes.ts'
import { resourceOf } from '../context.ts'
import { type AdmissionPlugin, type AdmissionRequest, refused } from './plugin.ts'

/** Says whether a request would be allowed, and if not, why. */
export type Authorize = (attributes: Attributes) => { allowed: boolean; reason?: string }

/** Who decides about certificate requests must be allowed to approve for the signer that they name. */
export function certificateApproval(authorize: Authorize): AdmissionPlugin {
  return {
    name: 'CertificateApproval',
    operations: ['UPDATE'],

    validate(request) {
      const old = requestAt(request, 'approval')
      if (!old || maySpeakFor(authorize, request.user, 'approve', old.spec.signerName)) return
      const signer = JSON.stringify(old.spec.signerName)
      throw refused(request, `user not permitted to approve requests with signerName ${signer}`)
    },
  }
}

/** Who issues a certificate, or says that none will be, must be allowed to sign for the signer. */
export function certificateSigning(authorize: Authorize): AdmissionPlugin {
  return {
    name: 'CertificateSigning',
    operations: ['UPDATE'],

    validate(request) {
      const old = requestAt(request, 'status')
      if (!old || !isIssuing(old, request.object as CertificateSigningRequest)) return
      if (maySpeakFor(authorize, request.user, 'sign', old.spec.signerName)) return
      const signer = JSON.stringify(old.spec.signerName)
      throw refused(request, `user not permitted to sign requests with signerName ${signer}`)
    },
  }
}

/** The request as stored: it says which signer is meant, whatever the update claims. */
function requestAt(
  { kind, subresource, old }: AdmissionRequest,
  wanted: string,
): CertificateSigningRequest | undefined {
  const isMeant = resourceOf(kind) === resourceOf(CertificateSigningRequest) && subresource === wanted
  return isMeant ? (old as CertificateSigningRequest) : undefined
}

function isIssuing({ status: old }: CertificateSigningRequest, { status: now }: CertificateSigningRequest): boolean {
  return old?.certificate !== now?.certificate || !deepEqual(old?.conditions ?? [], now?.conditions ?? [])
}

/** Permission is for a signer, or for all of its domain: `kubernetes.io/*`. */
function maySpeakFor(authorize: Authorize, user: UserInfo, verb: string, signerName: string): boolean {
  const names = [signerName, `${signerName.split('/')[0]}/*`]
  return names.some(
    (name) => authorize(question(user, verb, { group: 'certificates.k8s.io', resource: 'signers', name })).allowed,
  )
}
