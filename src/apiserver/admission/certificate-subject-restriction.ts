import { CertificateSigningRequest } from '../../api/kinds/certificates/certificate-signing-request.ts'
import { type AdmissionPlugin, type AdmissionRequest, isFor, refused } from './plugin.ts'

/** The signer whose certificates the API server takes as proof of a user and groups. */
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client'

/** The group that may do everything. */
const MASTERS = 'system:masters'

/** Nobody gets a certificate that makes an administrator by asking for one. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  operations: ['CREATE'],

  async validate(request) {
    if (!isFor(request, CertificateSigningRequest)) return
    const { signerName, request: pem } = (request.object as CertificateSigningRequest).spec
    if (signerName !== CLIENT_SIGNER || !(await organizationsOf(request, pem)).includes(MASTERS)) return
    throw refused(request, `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`)
  },
}

/** The groups that a certificate request names. */
async function organizationsOf(request: AdmissionRequest, base64: string): Promise<string[]> {
  // Requests for certificates are rare, and what reads them is large.
  await import('reflect-metadata')
  const { Pkcs10CertificateRequest } = await import('@peculiar/x509')
  try {
    const pem = Buffer.from(base64, 'base64').toString('latin1')
    return new Pkcs10CertificateRequest(pem).subjectName.getField('O')
  } catch (error) {
    throw refused(request, `failed to parse CSR: ${error instanceof Error ? error.message : String(error)}`)
  }
}
