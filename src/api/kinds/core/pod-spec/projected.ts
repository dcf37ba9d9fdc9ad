import type { Report } from '../../../report.ts'
import { fileMode, nonReservedPath, optionalOneOf } from '../../check.ts'
import { validateLabelSelector } from '../../label-selector.ts'
import { validateDownwardFile, validateKeyToPath } from './files.ts'
import type { Volume } from './types.ts'

type Projected = NonNullable<Volume['projected']>
type Source = NonNullable<Projected['sources']>[number]

const TOKEN_SECONDS_MIN = 600
const TOKEN_SECONDS_MAX = 2 ** 32
const CERTIFICATE_SECONDS_MIN = 3600
const CERTIFICATE_SECONDS_MAX = 7_862_400
const KEY_TYPES = ['RSA3072', 'RSA4096', 'ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519']

/** Where the files of all sources go; two may not share a path. */
interface Paths {
  taken: Set<string>
  /** The volume: upstream tells conflicts there. */
  report: Report
}

/** What is wrong with a projected volume; `report` stands at it. */
export function validateProjected({ defaultMode, sources = [] }: Projected, report: Report): void {
  fileMode(report, 'defaultMode', defaultMode)
  const paths: Paths = { taken: new Set(), report }
  for (const [i, source] of sources.entries()) {
    const at = report.at('sources', i)
    validateSource(source, paths, at)
    if (Object.keys(source).length > 1) at.forbidden('', 'may not specify more than 1 volume type per source')
  }
}

function validateSource(source: Source, paths: Paths, report: Report): void {
  const { secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source
  if (secret) validateKeys(secret, paths, report.at('secret'))
  if (configMap) validateKeys(configMap, paths, report.at('configMap'))
  for (const item of downwardAPI?.items ?? []) {
    validateDownwardFile(item, report.at('downwardAPI'))
    take(paths, item.path, item.path)
  }
  if (serviceAccountToken) validateToken(serviceAccountToken, paths, report.at('serviceAccountToken'))
  if (clusterTrustBundle) validateTrustBundle(clusterTrustBundle, paths, report.at('clusterTrustBundle'))
  if (podCertificate) validateCertificate(podCertificate, paths, report.at('podCertificate'))
}

function take({ taken, report }: Paths, path: string | undefined, shown: string | undefined): void {
  if (!path) return
  if (taken.has(path)) report.invalid('', shown ?? '', 'conflicting duplicate paths')
  taken.add(path)
}

function validateKeys({ name, items = [] }: NonNullable<Source['secret']>, paths: Paths, report: Report): void {
  if (!name) report.required('name')
  for (const [i, item] of items.entries()) {
    validateKeyToPath(item, report.at('items', i))
    take(paths, item.path, name)
  }
}

function validateToken(token: NonNullable<Source['serviceAccountToken']>, paths: Paths, report: Report): void {
  const { expirationSeconds: seconds = 0, path } = token
  if (seconds < TOKEN_SECONDS_MIN) {
    report.invalid('expirationSeconds', seconds, 'may not specify a duration less than 10 minutes')
  }
  if (seconds > TOKEN_SECONDS_MAX) {
    report.invalid('expirationSeconds', seconds, 'may not specify a duration larger than 2^32 seconds')
  }
  if (!path) paths.report.required('path')
  else nonReservedPath(paths.report, 'path', path)
}

function validateTrustBundle(bundle: NonNullable<Source['clusterTrustBundle']>, paths: Paths, report: Report): void {
  const { name, signerName, labelSelector, path = '' } = bundle
  if (name !== undefined && signerName !== undefined) {
    report.invalid('', bundle, 'only one of name and signerName may be used')
  } else if (name !== undefined) {
    if (!name) report.required('name', 'must be a valid object name')
    if (labelSelector)
      report.invalid('labelSelector', labelSelector, 'labelSelector must be unset if name is specified')
  } else if (signerName !== undefined) {
    if (!signerName) report.required('signerName', 'must be a valid signer name')
    validateLabelSelector(labelSelector, report.at('labelSelector'))
  } else {
    report.required('', 'either name or signerName must be specified')
  }
  if (!path) report.required('path')
  nonReservedPath(report, 'path', path)
  take(paths, path, path)
}

function validateCertificate(certificate: NonNullable<Source['podCertificate']>, paths: Paths, report: Report): void {
  const { signerName, keyType = '', maxExpirationSeconds: seconds } = certificate
  if (!signerName) report.required('signerName')
  optionalOneOf(report, 'keyType', keyType, KEY_TYPES)
  if (seconds !== undefined && seconds < CERTIFICATE_SECONDS_MIN) {
    const why = `if provided, maxExpirationSeconds must be >= ${CERTIFICATE_SECONDS_MIN}`
    report.invalid('maxExpirationSeconds', seconds, why)
  }
  if (seconds !== undefined && seconds > CERTIFICATE_SECONDS_MAX) {
    const why = `if provided, maxExpirationSeconds must be <= ${CERTIFICATE_SECONDS_MAX}`
    report.invalid('maxExpirationSeconds', seconds, why)
  }
  const fields = (['credentialBundlePath', 'keyPath', 'certificateChainPath'] as const).filter((f) => certificate[f])
  for (const field of fields) {
    nonReservedPath(report, field, certificate[field] ?? '')
    take(paths, certificate[field], certificate[field])
  }
  if (fields.length === 0) {
    report.required('', 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath')
  }
}
