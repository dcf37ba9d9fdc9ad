import { qualifiedName } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach } from '../check.ts'

const PARAMETERS_MAX = 512
const PARAMETERS_MAX_BYTES = 256 * 1024

/** Who provisions volumes: the name of a driver, or `kubernetes.io/no-provisioner`. */
export function validateProvisioner(name: string | undefined, path: string, report: Report): void {
  if (!name) return report.required(path)
  invalidEach(report, path, name, qualifiedName(name.toLowerCase()))
}

/** What a class hands to its driver: as many as it likes, but not too much. */
export function validateParameters(parameters: Readonly<Record<string, string>> = {}, report: Report): void {
  const entries = Object.entries(parameters)
  if (entries.length > PARAMETERS_MAX) return report.tooLong('parameters', PARAMETERS_MAX)
  if (Object.hasOwn(parameters, '')) report.invalid('parameters', '', 'field can not be empty.')
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0)
  if (bytes > PARAMETERS_MAX_BYTES) report.tooLong('parameters', PARAMETERS_MAX_BYTES)
}
