import { dns1123Label, nameIsDns1123Subdomain } from '../../../names.ts'
import type { Report } from '../../../report.ts'
import { fileMode, invalidEach, requireFormat, requireOneOf } from '../../check.ts'
import { validateClaimTemplate } from '../volume/claim-spec.ts'
import { validateCsiDriver } from '../volume/csi.ts'
import { validateHostPath } from '../volume/host-path.ts'
import { REMOTE_SOURCES } from '../volume/remote.ts'
import { validateDownwardFile, validateItems } from './files.ts'
import type { Volumes } from './mounts.ts'
import { validateProjected } from './projected.ts'
import type { Volume } from './types.ts'

/** The pod that the volumes are of; a template has no name yet. */
export interface VolumeOwner {
  podName?: string
  isPod: boolean
}

/** What is wrong with the volumes of a pod, and which of them can be mounted; `report` stands at the list. */
export function validateVolumes(volumes: readonly Volume[] = [], owner: VolumeOwner, report: Report): Volumes {
  const good = new Map<string, Volume>()
  const { podName } = owner
  const created = new Set(
    volumes.filter(({ ephemeral }) => podName && ephemeral).map(({ name }) => `${podName}-${name}`),
  )
  for (const [i, volume] of volumes.entries()) {
    const at = report.at(i)
    const before = at.causes.length
    validateSource(volume, owner, at)
    requireFormat(at, 'name', volume.name, dns1123Label)
    if (good.has(volume.name)) at.duplicate('name', volume.name)
    if (at.causes.length === before) good.set(volume.name, volume)
    const claimName = volume.persistentVolumeClaim?.claimName
    if (claimName && created.has(claimName)) {
      const why = 'must not reference a PVC that gets created for an ephemeral volume'
      at.invalid('persistentVolumeClaim.claimName', claimName, why)
    }
  }
  return good
}

/** The fields of a volume that say where it comes from. */
const sourcesOf = (volume: Volume) =>
  Object.entries(volume).flatMap(([field, value]) => (field === 'name' || value === undefined ? [] : field))

/** A volume has one source; the first that it names counts. */
function validateSource(volume: Volume, owner: VolumeOwner, report: Report): void {
  const [first, ...more] = sourcesOf(volume)
  if (!first) return report.required('', 'must specify a volume type')
  for (const extra of more) report.forbidden(extra, 'may not specify more than 1 volume type')
  const remote = REMOTE_SOURCES[first]
  if (remote)
    return remote((volume as unknown as Record<string, Record<string, unknown>>)[first] ?? {}, report.at(first))
  SOURCES[first]?.(volume, report.at(first), owner, report)
}

type SourceRule = (volume: Volume, report: Report, owner: VolumeOwner, atVolume: Report) => void

/** One rule for each type of volume; the report stands at the type's own field. */
const SOURCES: Readonly<Record<string, SourceRule>> = {
  emptyDir({ emptyDir }, report) {
    if (String(emptyDir?.sizeLimit ?? '').startsWith('-')) {
      report.forbidden('sizeLimit', 'SizeLimit field must be a valid resource quantity')
    }
  },
  hostPath({ hostPath }, report) {
    validateHostPath(hostPath, report)
  },
  secret({ secret }, report) {
    if (!secret?.secretName) report.required('secretName')
    fileMode(report, 'defaultMode', secret?.defaultMode)
    validateItems(secret?.items, report)
  },
  configMap({ configMap }, report) {
    if (!configMap?.name) report.required('name')
    fileMode(report, 'defaultMode', configMap?.defaultMode)
    validateItems(configMap?.items, report)
  },
  downwardAPI({ downwardAPI }, report) {
    fileMode(report, 'defaultMode', downwardAPI?.defaultMode)
    for (const item of downwardAPI?.items ?? []) validateDownwardFile(item, report)
  },
  persistentVolumeClaim({ persistentVolumeClaim }, report) {
    if (!persistentVolumeClaim?.claimName) report.required('claimName')
  },
  projected({ projected }, report) {
    if (projected) validateProjected(projected, report)
  },
  csi({ csi }, report) {
    validateCsiDriver(csi?.driver, 'driver', report)
    const { nodePublishSecretRef: secret } = csi ?? {}
    if (!secret) return
    if (!secret.name) report.required('nodePublishSecretRef.name')
    else invalidEach(report, 'name', secret.name, nameIsDns1123Subdomain(secret.name, false))
  },
  ephemeral({ name, ephemeral }, report, { podName }, atVolume) {
    if (!ephemeral?.volumeClaimTemplate) report.required('volumeClaimTemplate')
    else validateClaimTemplate(ephemeral.volumeClaimTemplate, report.at('volumeClaimTemplate'))
    if (!podName || !name) return
    const claim = `${podName}-${name}`
    for (const message of nameIsDns1123Subdomain(claim, false)) {
      atVolume.invalid('name', name, `PVC name "${claim}": ${message}`)
    }
  },
  image({ image }, report, { isPod }) {
    if (isPod && !image?.reference) report.required('reference')
    requireOneOf(report, 'pullPolicy', image?.pullPolicy, ['Always', 'IfNotPresent', 'Never'])
  },
}
