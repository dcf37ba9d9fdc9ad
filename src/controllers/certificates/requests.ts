import type { CertificateSigningRequest } from '../../api/kinds/certificates/certificate-signing-request.ts'
import { conditionsOf } from '../../api/kinds/certificates/request-status.ts'
import { type RequestedSubject, readCertificateRequest } from '../../os/certificate-request.ts'

export const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client'
export const KUBELET_CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet'
export const KUBELET_SERVING_SIGNER = 'kubernetes.io/kubelet-serving'

const NODES = 'system:nodes'
const NODE_PREFIX = 'system:node:'

export function hasCondition({ status }: CertificateSigningRequest, wanted: string): boolean {
  return conditionsOf(status).some(({ type }) => type === wanted)
}

/** The request in PEM, which objects hold in base64. */
export function pemOf({ spec }: CertificateSigningRequest): string {
  return Buffer.from(spec.request, 'base64').toString()
}

export function subjectOf(request: CertificateSigningRequest): Promise<RequestedSubject> {
  return readCertificateRequest(pemOf(request))
}

/** Why a signer of Kubernetes' own does not issue what is requested, in upstream's words; nothing when it does. */
export function refusal(signer: string, subject: RequestedSubject, usages: readonly string[]): string | undefined {
  switch (signer) {
    case CLIENT_SIGNER:
      return clientProblem(usages)
    case KUBELET_CLIENT_SIGNER:
      return kubeletClientProblem(subject, usages)
    case KUBELET_SERVING_SIGNER:
      return kubeletServingProblem(subject, usages)
    default:
      return `unrecognized signerName: ${JSON.stringify(signer)}`
  }
}

/** By the signer's name: whether it is one whose certificates the cluster issues itself. */
export function isOwnSigner(signer: string): boolean {
  return [CLIENT_SIGNER, KUBELET_CLIENT_SIGNER, KUBELET_SERVING_SIGNER].includes(signer)
}

const CLIENT_USAGES = ['client auth', 'digital signature', 'key encipherment']
const SERVING_USAGES = ['digital signature', 'key encipherment', 'server auth']

function clientProblem(usages: readonly string[]): string | undefined {
  const foreign = usages.find((usage) => !CLIENT_USAGES.includes(usage))
  if (foreign) return `invalid usage for client certificate: ${foreign}`
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth'
}

export function kubeletClientProblem(subject: RequestedSubject, usages: readonly string[]): string | undefined {
  const { organizations, commonName } = subject
  if (!isNodes(organizations)) return `subject organization is not ${NODES}`
  if (subject.dnsNames.length) return 'DNS subjectAltNames are not allowed'
  if (subject.emailAddresses.length) return 'Email subjectAltNames are not allowed'
  if (subject.ipAddresses.length) return 'IP subjectAltNames are not allowed'
  if (subject.uris.length) return 'URI subjectAltNames are not allowed'
  if (!commonName.startsWith(NODE_PREFIX)) return `subject common name does not begin with ${NODE_PREFIX}`
  return usageProblem(usages, CLIENT_USAGES)
}

function kubeletServingProblem(subject: RequestedSubject, usages: readonly string[]): string | undefined {
  const { organizations, commonName, dnsNames, ipAddresses } = subject
  if (!isNodes(organizations)) return `subject organization is not ${NODES}`
  if (dnsNames.length + ipAddresses.length === 0) return 'DNS or IP subjectAltName is required'
  if (subject.emailAddresses.length) return 'Email subjectAltNames are not allowed'
  if (subject.uris.length) return 'URI subjectAltNames are not allowed'
  const problem = usageProblem(usages, SERVING_USAGES)
  if (problem) return problem
  return commonName.startsWith(NODE_PREFIX) ? undefined : `subject common name does not begin with ${NODE_PREFIX}`
}

function isNodes(organizations: readonly string[]): boolean {
  return organizations.length === 1 && organizations[0] === NODES
}

/** Keys that cannot encipher need not say that they do. */
function usageProblem(usages: readonly string[], required: readonly string[]): string | undefined {
  const [given, wanted] = [new Set(usages), new Set(required)]
  const isFit = given.isSubsetOf(wanted) && [...wanted.difference(given)].every((usage) => usage === 'key encipherment')
  return isFit ? undefined : `usages did not match [${required.join(' ')}]`
}
