import type { ICertificateSigningRequest } from 'kubernetes-models/certificates.k8s.io/v1/CertificateSigningRequest'
import type { UserInfo } from '../../exchange.ts'
import { age, defineKind, humanDuration } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import type { Report } from '../../report.ts'
import { rejectDuplicates } from '../duplicates.ts'
import { requestProblem } from './pem.ts'
import {
  conditionsOf,
  fillConditionTimes,
  keepDecisions,
  requireApprovalUnchanged,
  validateStatus,
} from './request-status.ts'
import { validateSignerName } from './signer-name.ts'

export type CertificateSigningRequest = Served<ICertificateSigningRequest>

const EXPIRATION_MIN_SECONDS = 600
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown'
const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
]

export const CertificateSigningRequest = defineKind<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  shortNames: ['csr'],
  scope: 'Cluster',
  status: true,
  subresources: [{ name: 'approval', verbs: ['get', 'patch', 'update'] }],
  generation: false,
  nameRule: () => [],

  defaults(request) {
    request.spec ??= {} as CertificateSigningRequest['spec']
  },

  // Who asks is for the server to say.
  prepareCreate({ spec }, { user }) {
    delete spec.username
    delete spec.uid
    delete spec.groups
    delete spec.extra
    if (user) Object.assign(spec, askerOf(user))
  },

  prepareUpdate(next, old) {
    next.spec = old.spec
  },

  validate({ spec }, report) {
    validateSpec(spec, report.at('spec'))
  },

  prepareStatusUpdate(next, old, { now }) {
    keepDecisions(next.status, old.status)
    fillConditionTimes(next.status, old.status, now)
  },

  validateStatusUpdate(next, old, report) {
    validateStatus(next.status, old.status, report.at('status'))
    requireApprovalUnchanged(conditionsOf(next.status), conditionsOf(old.status), report.at('status'))
    const { certificate } = old.status ?? {}
    if (certificate && next.status.certificate !== certificate) {
      report.forbidden('status.certificate', 'updates may not modify existing certificate content')
    }
  },

  columns: [
    age,
    ['SignerName', ({ spec }) => spec.signerName || '<none>'],
    ['Requestor', ({ spec }) => spec.username ?? ''],
    ['RequestedDuration', durationText],
    ['Condition', conditionText],
  ],

  fieldSelectors: { 'spec.signerName': ({ spec }) => spec.signerName ?? '' },
})

function askerOf({ name, uid, groups, extra }: UserInfo) {
  const hasExtra = Object.keys(extra ?? {}).length > 0
  return {
    username: name,
    ...(uid && { uid }),
    ...(groups.length && { groups: [...groups] }),
    ...(hasExtra && { extra }),
  }
}

function durationText({ spec: { expirationSeconds } }: CertificateSigningRequest): string {
  return expirationSeconds === undefined ? '<none>' : humanDuration(expirationSeconds * 1000)
}

function conditionText({ status }: CertificateSigningRequest): string {
  const has = (wanted: string) => status.conditions?.some(({ type }) => type === wanted)
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
  return [decision, ...(has('Failed') ? ['Failed'] : []), ...(status.certificate ? ['Issued'] : [])].join(',')
}

function validateSpec(spec: CertificateSigningRequest['spec'], report: Report): void {
  const { request = '', usages = [], signerName = '', expirationSeconds } = spec
  const problem = requestProblem(request)
  if (problem) report.invalid('request', request, problem)
  if (usages.length === 0) report.required('usages')
  for (const [i, usage] of usages.entries()) {
    if (!USAGES.includes(usage)) report.notSupported(`usages[${i}]`, usage, USAGES)
  }
  rejectDuplicates(report, usages, (i) => `usages[${i}]`)
  if (signerName === LEGACY_SIGNER) {
    report.invalid('signerName', signerName, 'the legacy signerName is not allowed via this API version')
  } else validateSignerName(signerName, 'signerName', report)
  if (expirationSeconds !== undefined && expirationSeconds < EXPIRATION_MIN_SECONDS) {
    const why = 'may not specify a duration less than 600 seconds (10 minutes)'
    report.invalid('expirationSeconds', expirationSeconds, why)
  }
}
