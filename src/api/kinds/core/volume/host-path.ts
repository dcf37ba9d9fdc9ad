import type { Report } from '../../../report.ts'
import { noBacksteps, optionalOneOf } from '../../check.ts'

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]

/** What is wrong with a path of the host; `report` stands at it. */
export function validateHostPath(hostPath: { path?: string; type?: string } | undefined, report: Report): void {
  if (!hostPath?.path) return report.required('path')
  noBacksteps(report, 'path', hostPath.path)
  optionalOneOf(report, 'type', hostPath.type, HOST_PATH_TYPES)
}
