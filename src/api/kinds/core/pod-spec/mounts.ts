import type { Report } from '../../../report.ts'
import { descendingPath, optionalOneOf } from '../../check.ts'
import type { AnyContainer, Volume } from './types.ts'

/** The volumes of a pod that are in order, by name: only those can be mounted. */
export type Volumes = ReadonlyMap<string, Volume>

type Mount = NonNullable<AnyContainer['volumeMounts']>[number]

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None']
const RECURSIVE = ['Disabled', 'Enabled', 'IfPossible']

/** What is wrong with what a container mounts; `report` stands at the container. */
export function validateMounts(container: AnyContainer, volumes: Volumes, report: Report): void {
  validateVolumeMounts(container, volumes, report.at('volumeMounts'))
  validateVolumeDevices(container, volumes, report.at('volumeDevices'))
}

function validateVolumeMounts(container: AnyContainer, volumes: Volumes, report: Report): void {
  const { volumeMounts = [], volumeDevices = [] } = container
  const paths = new Set<string>()
  for (const [i, mount] of volumeMounts.entries()) {
    const at = report.at(i)
    const { name = '', mountPath = '' } = mount
    if (!name) at.required('name')
    if (!volumes.has(name)) at.notFound('name', name)
    if (!mountPath) at.required('mountPath')
    if (paths.has(mountPath)) at.invalid('mountPath', mountPath, 'must be unique')
    paths.add(mountPath)
    if (volumeDevices.some((device) => device.name === name)) {
      at.invalid('name', name, 'must not already exist in volumeDevices')
    }
    if (volumeDevices.some((device) => device.devicePath === mountPath)) {
      at.invalid('mountPath', mountPath, 'must not already exist as a path in volumeDevices')
    }
    validateSubPath(mount, at, report)
    validatePropagation(mount, container, report)
    validateRecursiveReadOnly(mount, report)
  }
}

/** Upstream tells most of these at the list, not at the mount. */
function validateSubPath({ subPath, subPathExpr }: Mount, at: Report, list: Report): void {
  if (subPath) descendingPath(list, 'subPath', subPath)
  if (!subPathExpr) return
  if (subPath) at.invalid('subPathExpr', subPathExpr, 'subPathExpr and subPath are mutually exclusive')
  descendingPath(list, 'subPathExpr', subPathExpr)
}

function validatePropagation({ mountPropagation }: Mount, { securityContext }: AnyContainer, list: Report): void {
  optionalOneOf(list, 'mountPropagation', mountPropagation, PROPAGATIONS)
  if (mountPropagation === 'Bidirectional' && !securityContext?.privileged) {
    list.forbidden('mountPropagation', 'Bidirectional mount propagation is available only to privileged containers')
  }
}

function validateRecursiveReadOnly({ recursiveReadOnly, readOnly, mountPropagation }: Mount, list: Report): void {
  optionalOneOf(list, 'recursiveReadOnly', recursiveReadOnly, RECURSIVE)
  if (recursiveReadOnly !== 'Enabled' && recursiveReadOnly !== 'IfPossible') return
  if (!readOnly) list.forbidden('recursiveReadOnly', 'may only be specified when readOnly is true')
  if (mountPropagation && mountPropagation !== 'None') {
    list.forbidden('recursiveReadOnly', 'may only be specified when mountPropagation is None or not specified')
  }
}

function validateVolumeDevices(container: AnyContainer, volumes: Volumes, report: Report): void {
  const { volumeMounts = [], volumeDevices = [] } = container
  const names = new Set<string>()
  const paths = new Set<string>()
  for (const [i, { name = '', devicePath = '' }] of volumeDevices.entries()) {
    const at = report.at(i)
    if (!name) at.required('name')
    if (names.has(name)) at.invalid('name', name, 'must be unique')
    validateBlockSource(volumes.get(name), name, at)
    if (!devicePath) at.required('devicePath')
    if (paths.has(devicePath)) at.invalid('devicePath', devicePath, 'must be unique')
    if (devicePath.split('/').includes('..')) {
      at.invalid('devicePath', devicePath, "can not contain backsteps ('..')")
    } else {
      paths.add(devicePath)
    }
    if (volumeMounts.some((mount) => mount.name === name)) {
      at.invalid('name', name, 'must not already exist in volumeMounts')
    }
    if (volumeMounts.some((mount) => mount.mountPath === devicePath)) {
      at.invalid('devicePath', devicePath, 'must not already exist as a path in volumeMounts')
    }
    if (name) names.add(name)
  }
}

/** Only claims can give a whole device. */
function validateBlockSource(volume: Volume | undefined, name: string, report: Report): void {
  if (!volume) return report.notFound('name', name)
  if (volume.persistentVolumeClaim || volume.ephemeral) return
  const why = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'
  report.invalid('name', name, why)
}
