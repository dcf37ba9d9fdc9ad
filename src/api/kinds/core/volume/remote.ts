import { dns1123Label, inRange } from '../../../names.ts'
import type { Report } from '../../../report.ts'
import { descendingPath, invalidEach, optionalOneOf, requireAll, requireFormat } from '../../check.ts'

/** A source of storage from outside the cluster, as far as its rules look at it. */
type Source = Readonly<Record<string, unknown>>
type Rule = (source: Source, report: Report) => void

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A rule that wants only that some fields are there. */
const needs =
  (...fields: string[]): Rule =>
  (source, report) =>
    requireAll(report, Object.fromEntries(fields.map((field) => [field, source[field]])))

const withPartition =
  (rule: Rule): Rule =>
  (source, report) => {
    rule(source, report)
    const { partition = 0 } = source as { partition?: number }
    if (partition < 0 || partition > 255)
      invalidEach(report, 'partition', partition, ['must be between 1 and 255, inclusive'])
  }

/** A reference to a secret must have a name, and outside a pod a namespace too. */
const withSecret =
  (rule: Rule): Rule =>
  (source, report) => {
    rule(source, report)
    const { secretRef } = source as { secretRef?: { name?: string } }
    if (secretRef && !secretRef.name) report.required('secretRef.name')
  }

/** Rules for storage that is not the kubelet's own, by the field that names it; the report stands at that field. */
export const REMOTE_SOURCES: Readonly<Record<string, Rule>> = {
  awsElasticBlockStore: withPartition(needs('volumeID')),
  azureDisk: validateAzureDisk,
  azureFile: needs('secretName', 'shareName'),
  cephfs: needs('monitors'),
  cinder: withSecret(needs('volumeID')),
  fc: validateFibreChannel,
  flexVolume: validateFlexVolume,
  flocker: validateFlocker,
  gcePersistentDisk: withPartition(needs('pdName')),
  gitRepo(source, report) {
    needs('repository')(source, report)
    descendingPath(report, 'directory', text(source.directory))
  },
  glusterfs: needs('endpoints', 'path'),
  iscsi: validateIscsi,
  nfs(source, report) {
    needs('server', 'path')(source, report)
    if (!text(source.path).startsWith('/')) report.invalid('path', text(source.path), 'must be an absolute path')
  },
  photonPersistentDisk: needs('pdID'),
  portworxVolume: needs('volumeID'),
  quobyte: validateQuobyte,
  rbd: needs('monitors', 'image'),
  scaleIO: needs('gateway', 'system', 'volumeName'),
  storageos: withSecret((source, report) => {
    requireFormat(report, 'volumeName', text(source.volumeName), dns1123Label)
    const namespace = text(source.volumeNamespace)
    if (namespace) invalidEach(report, 'volumeNamespace', namespace, dns1123Label(namespace))
  }),
  vsphereVolume: needs('volumePath'),
}

function validateAzureDisk(source: Source, report: Report): void {
  needs('diskName', 'diskURI')(source, report)
  optionalOneOf(report, 'cachingMode', source.cachingMode as string | undefined, ['None', 'ReadOnly', 'ReadWrite'])
  const kind = source.kind as string | undefined
  optionalOneOf(report, 'kind', kind, ['Dedicated', 'Managed', 'Shared'])
  const uri = text(source.diskURI)
  if (kind === 'Managed' && !uri.startsWith('/subscriptions/')) {
    report.notSupported('diskURI', uri, [
      '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}',
    ])
  } else if (kind && kind !== 'Managed' && !uri.startsWith('https://')) {
    report.notSupported('diskURI', uri, [
      'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd',
    ])
  }
}

function validateFibreChannel(source: Source, report: Report): void {
  const { targetWWNs = [], wwids = [], lun } = source as { targetWWNs?: string[]; wwids?: string[]; lun?: number }
  if (!targetWWNs.length && !wwids.length) {
    report.required('targetWWNs', 'must specify either targetWWNs or wwids, but not both')
  }
  if (targetWWNs.length && wwids.length) {
    report.invalid('targetWWNs', targetWWNs, 'targetWWNs and wwids can not be specified simultaneously')
  }
  if (!targetWWNs.length) return
  if (lun === undefined) report.required('lun', 'lun is required if targetWWNs is specified')
  else invalidEach(report, 'lun', lun, inRange(lun, 0, 255))
}

function validateFlexVolume(source: Source, report: Report): void {
  needs('driver')(source, report)
  for (const key of Object.keys(source.options ?? {})) {
    if (/(^|\.)(kubernetes|k8s)\.io(\/|$)/.test(key.toLowerCase())) {
      report.invalid(`options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved')
    }
  }
}

function validateFlocker(source: Source, report: Report): void {
  const name = text(source.datasetName)
  const uuid = text(source.datasetUUID)
  if (!name && !uuid) report.required('', 'one of datasetName and datasetUUID is required')
  if (name && uuid) {
    report.invalid('', 'resource', 'datasetName and datasetUUID can not be specified simultaneously')
  }
  if (name.includes('/')) report.invalid('datasetName', name, "must not contain '/'")
}

/** The three ways to name an iSCSI node. */
const ISCSI_NAMES = [
  /^iqn\.\d{4}-\d{2}\.([A-Za-z0-9\-.]+)(:[^,;*&$|\s]+)$/,
  /^eui.[A-Za-z0-9]{16}$/,
  /^naa.[A-Za-z0-9]{32}$/,
]

function validateIscsiName(path: string, name: string, report: Report): void {
  if (!/^(iqn|eui|naa)/.test(name)) {
    report.invalid(path, name, 'must be valid format starting with iqn, eui, or naa')
  } else if (!ISCSI_NAMES.some((pattern) => pattern.test(name))) {
    report.invalid(path, name, 'must be valid format')
  }
}

function validateIscsi(source: Source, report: Report): void {
  needs('targetPortal', 'iqn')(source, report)
  const { lun = 0, initiatorName } = source as { lun?: number; initiatorName?: string }
  if (source.iqn) validateIscsiName('iqn', text(source.iqn), report)
  invalidEach(report, 'lun', lun, inRange(lun, 0, 255))
  if ((source.chapAuthDiscovery || source.chapAuthSession) && !source.secretRef) report.required('secretRef')
  if (initiatorName !== undefined) validateIscsiName('initiatorname', initiatorName, report)
}

function validateQuobyte(source: Source, report: Report): void {
  const registry = text(source.registry)
  const pairs = 'must be a host:port pair or multiple pairs separated by commas'
  if (!registry) report.required('registry', pairs)
  else if (text(source.tenant).length > 64) {
    report.required('tenant', 'must be a UUID and may not exceed a length of 64 characters')
  } else {
    for (const pair of registry.split(',')) if (!/^[^:]*:[^:]*$/.test(pair)) report.invalid('registry', registry, pairs)
  }
  needs('volume')(source, report)
}
