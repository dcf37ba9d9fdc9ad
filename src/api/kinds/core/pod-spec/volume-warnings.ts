import type { Warnings } from '../../../warnings.ts'
import { DEPRECATED_POD_VOLUMES, warnOfDeprecated } from '../volume/deprecated.ts'
import { warnOfClaimSpec } from '../volume/warnings.ts'
import type { Volume } from './types.ts'

/** Warns of volumes that were given up, and of files that would hide each other; `warn` stands at the spec. */
export function warnOfVolumes(volumes: readonly Volume[] = [], warn: Warnings): void {
  for (const [i, volume] of volumes.entries()) {
    const at = warn.at('volumes', i)
    warnOfDeprecated(volume, DEPRECATED_POD_VOLUMES, at)
    const claim = volume.ephemeral?.volumeClaimTemplate
    if (claim) warnOfClaimSpec(claim.spec, at.at('ephemeral', 'volumeClaimTemplate', 'spec'))
  }
  for (const volume of volumes) warnOfOverlaps(volume, warn)
}

/** A file of a volume, and what it is made of where that has to be told. */
interface File {
  path: string
  source: string
}

function warnOfOverlaps(volume: Volume, warn: Warnings): void {
  const { configMap, secret, downwardAPI } = volume
  warnOfFiles(volume, `ConfigMap "${configMap?.name ?? ''}"`, filesOf(configMap?.items, ''), warn)
  warnOfFiles(volume, `Secret "${secret?.secretName ?? ''}"`, filesOf(secret?.items, ''), warn)
  warnOfFiles(volume, 'DownwardAPI', filesOf(downwardAPI?.items, ''), warn)
  const sources = volume.projected?.sources ?? []
  for (const source of sources) {
    if (Object.values(source).every((one) => one === undefined)) {
      warn.say(`volume "${volume.name}" (Projected) has no sources provided`)
    }
  }
  warnOfFiles(volume, 'Projected', sources.flatMap(projectedFiles), warn)
}

const filesOf = (items: readonly { path: string }[] | undefined, source: string): File[] =>
  (items ?? []).map(({ path }) => ({ path, source }))

type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number]

/** Upstream looks at one source of each entry, as there is to be no more. */
function projectedFiles(projection: Projection): File[] {
  const { configMap, secret, downwardAPI, serviceAccountToken: token, clusterTrustBundle: bundle } = projection
  if (configMap?.items) return filesOf(configMap.items, `ConfigMap "${configMap.name ?? ''}"`)
  if (secret?.items) return filesOf(secret.items, `Secret "${secret.name ?? ''}"`)
  if (downwardAPI?.items) return filesOf(downwardAPI.items, 'DownwardAPI')
  if (token) return [{ path: token.path, source: 'ServiceAccountToken' }]
  if (bundle) return [{ path: bundle.path, source: `ClusterTrustBundle "${bundle.name ?? bundle.signerName ?? ''}"` }]
  return certificateFiles(projection.podCertificate)
}

function certificateFiles(certificate: Projection['podCertificate']): File[] {
  const files: [string | undefined, string][] = [
    [certificate?.certificateChainPath, 'PodCertificate chain'],
    [certificate?.keyPath, 'PodCertificate key'],
    [certificate?.credentialBundlePath, 'PodCertificate credential bundle'],
  ]
  return files.flatMap(([path, source]) => (path ? [{ path, source }] : []))
}

function warnOfFiles({ name }: Volume, what: string, files: readonly File[], warn: Warnings): void {
  const trimmed = files.map(({ path = '', source }) => ({ path: path.replace(/\/+$/, ''), source }))
  for (const [i, file] of trimmed.entries()) {
    for (const other of trimmed.slice(0, i)) {
      if (!overlaps(file.path, other.path)) continue
      warn.say(`volume "${name}" (${what}): overlapping paths: ${printFile(file)} with ${printFile(other)}`)
    }
  }
}

/** Whether one path is the other, or a folder in it. */
function overlaps(a: string, b: string): boolean {
  return a !== '' && b !== '' && (`${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`))
}

const printFile = ({ path, source }: File) => (source ? `"${path}" (${source})` : `"${path}"`)
