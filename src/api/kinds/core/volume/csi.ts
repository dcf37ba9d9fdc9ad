import { dns1123Label, dns1123Subdomain } from '../../../names.ts'
import type { Report } from '../../../report.ts'
import { invalidEach, requireFormat } from '../../check.ts'

const DRIVER_MAX = 63

/** What is wrong with the name of a CSI driver. */
export function validateCsiDriver(driver: string | undefined, path: string, report: Report): void {
  if (!driver) return report.required(path)
  if (driver.length > DRIVER_MAX) report.tooLong(path, DRIVER_MAX)
  invalidEach(report, path, driver, dns1123Subdomain(driver.toLowerCase()))
}

interface CsiVolume {
  driver?: string
  volumeHandle?: string
  [secretRef: string]: unknown
}

const SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
]

/** What is wrong with the CSI source of a persistent volume; `report` stands at it. */
export function validateCsiVolume(csi: CsiVolume, report: Report): void {
  validateCsiDriver(csi.driver, 'driver', report)
  if (!csi.volumeHandle) report.required('volumeHandle')
  for (const field of SECRETS) {
    const reference = csi[field] as { name?: string; namespace?: string } | undefined
    if (!reference) continue
    requireFormat(report.at(field), 'name', reference.name, dns1123Subdomain)
    requireFormat(report.at(field), 'namespace', reference.namespace, dns1123Label)
  }
}
