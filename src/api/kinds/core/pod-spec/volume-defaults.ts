import { defaultPullPolicy } from './container-defaults.ts'
import type { Volume } from './types.ts'

/** 0644: the mode of the files of a volume that is written by the kubelet. */
const FILE_MODE = 0o644
const TOKEN_SECONDS = 3600

/** What a volume gets by its type; one without a type is an emptyDir. */
export function defaultVolume(volume: Volume): void {
  if (Object.keys(volume).every((key) => key === 'name')) volume.emptyDir = {}
  const { hostPath, secret, configMap, downwardAPI, projected, image, ephemeral } = volume
  if (hostPath) hostPath.type ??= ''
  if (secret) secret.defaultMode ??= FILE_MODE
  if (configMap) configMap.defaultMode ??= FILE_MODE
  if (downwardAPI) {
    downwardAPI.defaultMode ??= FILE_MODE
    defaultDownwardItems(downwardAPI.items)
  }
  if (projected) defaultProjected(projected)
  if (image) image.pullPolicy ||= defaultPullPolicy(image.reference)
  if (ephemeral?.volumeClaimTemplate?.spec) ephemeral.volumeClaimTemplate.spec.volumeMode ??= 'Filesystem'
  defaultRemote(volume)
}

function defaultProjected(projected: NonNullable<Volume['projected']>): void {
  projected.defaultMode ??= FILE_MODE
  for (const { downwardAPI, serviceAccountToken } of projected.sources ?? []) {
    defaultDownwardItems(downwardAPI?.items)
    if (serviceAccountToken) serviceAccountToken.expirationSeconds ??= TOKEN_SECONDS
  }
}

function defaultDownwardItems(items: NonNullable<Volume['downwardAPI']>['items']): void {
  for (const { fieldRef } of items ?? []) if (fieldRef) fieldRef.apiVersion ||= 'v1'
}

/** Storage from before CSI. */
function defaultRemote({ iscsi, rbd, azureDisk, scaleIO }: Volume): void {
  if (iscsi) iscsi.iscsiInterface ||= 'default'
  if (rbd) {
    rbd.pool ||= 'rbd'
    rbd.user ||= 'admin'
    rbd.keyring ||= '/etc/ceph/keyring'
  }
  if (azureDisk) {
    azureDisk.cachingMode ??= 'ReadWrite'
    azureDisk.fsType ??= 'ext4'
    azureDisk.readOnly ??= false
    azureDisk.kind ??= 'Shared'
  }
  if (scaleIO) {
    scaleIO.storageMode ||= 'ThinProvisioned'
    scaleIO.fsType ||= 'xfs'
  }
}
