import type { IVolumeAttachment } from 'kubernetes-models/storage.k8s.io/v1/VolumeAttachment'
import type { IVolumeError } from 'kubernetes-models/storage.k8s.io/v1/VolumeError'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { inRange, nameIsDns1123Subdomain } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach } from '../check.ts'
import { validateCsiDriver } from '../core/volume/csi.ts'
import { keepMetadata } from '../keep-metadata.ts'

export type VolumeAttachment = Served<IVolumeAttachment>
type Status = VolumeAttachment['status']

const METADATA_MAX_BYTES = 256 * 1024
const MESSAGE_MAX_BYTES = 1024
const INT32_MAX = 2 ** 31 - 1
const ONE_SOURCE = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'

export const VolumeAttachment = defineKind<VolumeAttachment>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  scope: 'Cluster',
  status: true,
  allowUnconditionalUpdate: false,
  returnDeletedObject: true,
  generation: false,
  immutable: ['spec'],

  defaults(attachment) {
    attachment.spec ??= {} as VolumeAttachment['spec']
    attachment.spec.source ??= {}
  },

  prepareCreate(attachment) {
    attachment.status = { attached: false }
  },

  prepareStatusUpdate: keepMetadata,

  validate({ spec: { attacher, nodeName = '', source } }, report) {
    const at = report.at('spec')
    validateCsiDriver(attacher, 'attacher', at)
    validateSource(source, at)
    invalidEach(at, 'nodeName', nodeName, nameIsDns1123Subdomain(nodeName, false))
  },

  validateStatusUpdate({ status }, _old, report) {
    validateStatus(status, report.at('status'))
  },

  columns: [
    ['Attacher', ({ spec }) => spec.attacher, { format: 'name' }],
    ['PV', ({ spec }) => spec.source.persistentVolumeName ?? ''],
    ['Node', ({ spec }) => spec.nodeName],
    ['Attached', ({ status }) => status.attached ?? false, { type: 'boolean' }],
    age,
  ],
})

function validateSource(source: VolumeAttachment['spec']['source'], report: Report): void {
  const { inlineVolumeSpec, persistentVolumeName } = source
  if (!inlineVolumeSpec && persistentVolumeName === undefined) return report.required('source', ONE_SOURCE)
  if (inlineVolumeSpec && persistentVolumeName !== undefined) return report.forbidden('source', ONE_SOURCE)
  if (persistentVolumeName === undefined) return
  if (persistentVolumeName === '') {
    report.required('source.persistentVolumeName', 'must specify non empty persistentVolumeName')
  }
  const messages = nameIsDns1123Subdomain(persistentVolumeName, false)
  invalidEach(report, 'source.persistentVolumeName', persistentVolumeName, messages)
}

function validateStatus({ attachmentMetadata = {}, attachError, detachError }: Status, report: Report): void {
  const size = Object.entries(attachmentMetadata)
    .flat()
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  if (size > METADATA_MAX_BYTES) report.tooLong('attachmentMetadata', METADATA_MAX_BYTES)
  validateError(attachError, report.at('attachError'))
  validateError(detachError, report.at('detachError'))
}

function validateError({ message = '', errorCode = 0 }: IVolumeError = {}, report: Report): void {
  // Upstream names the limit of the metadata here, though it holds the message to its own.
  if (Buffer.byteLength(message) > MESSAGE_MAX_BYTES) report.tooLong('message', METADATA_MAX_BYTES)
  if (errorCode < 0) invalidEach(report, 'errorCode', errorCode, inRange(errorCode, 0, INT32_MAX))
}
