import { qualifiedName } from '../../../names.ts'
import type { Report } from '../../../report.ts'
import { invalidEach } from '../../check.ts'
import type { AnyContainer } from './types.ts'

type ValueSource = NonNullable<NonNullable<AnyContainer['env']>[number]['valueFrom']>
type FieldRef = NonNullable<ValueSource['fieldRef']>
type ResourceRef = NonNullable<ValueSource['resourceFieldRef']>

/** What an environment variable can show of its pod. */
export const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]

/** What a file can show of its pod. */
export const FILE_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
]

const KNOWN_FIELDS = new Set([
  ...ENV_FIELDS,
  ...FILE_FIELDS,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
])

const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]
const HUGE_PAGES = /^(requests|limits)\.hugepages-/
const SIZE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']

/** What is wrong with a reference to a field of the pod; `report` stands at it. */
export function validateFieldRef(
  { apiVersion, fieldPath }: FieldRef,
  supported: readonly string[],
  report: Report,
): void {
  if (!apiVersion) return report.required('apiVersion')
  if (!fieldPath) return report.required('fieldPath')
  if (apiVersion !== 'v1') {
    const why = `unsupported pod version: ${apiVersion}`
    return report.invalid('fieldPath', fieldPath, `error converting fieldPath: ${why}`)
  }
  const [, path = fieldPath, key] = /^(.*)\['(.*)'\]$/.exec(fieldPath) ?? []
  if (key !== undefined) return validateSubscript(path, key, fieldPath, report)
  if (supported.includes(path)) return
  if (KNOWN_FIELDS.has(path)) return report.notSupported('fieldPath', path, supported)
  report.invalid('fieldPath', fieldPath, `error converting fieldPath: field label not supported: ${path}`)
}

/** `metadata.labels['app']`: one entry of a map. */
function validateSubscript(path: string, key: string, fieldPath: string, report: Report): void {
  switch (path) {
    case 'metadata.annotations':
      return invalidEach(report, '', key.toLowerCase(), qualifiedName(key.toLowerCase()))
    case 'metadata.labels':
      return invalidEach(report, '', key, qualifiedName(key))
    default:
      report.invalid(
        'fieldPath',
        fieldPath,
        `error converting fieldPath: field label does not support subscript: ${fieldPath}`,
      )
  }
}

/** What is wrong with a reference to a container's resources; a file must say which container's. */
export function validateResourceRef(ref: ResourceRef, inFile: boolean, report: Report): void {
  const { containerName, resource = '', divisor } = ref
  if (inFile && !containerName) report.required('containerName')
  else if (!resource) report.required('resource')
  else if (!RESOURCES.includes(resource) && !HUGE_PAGES.test(resource)) {
    report.notSupported('resource', resource, RESOURCES)
  }
  validateDivisor(resource, String(divisor ?? 0), report)
}

function validateDivisor(resource: string, divisor: string, report: Report): void {
  if (divisor === '0') return
  const kind = resource.replace(/^(requests|limits)\./, '')
  if (kind === 'cpu') {
    if (!['1m', '1'].includes(divisor)) {
      report.invalid('divisor', resource, "only divisor's values 1m and 1 are supported with the cpu resource")
    }
    return
  }
  if (SIZE_DIVISORS.includes(divisor)) return
  const name = kind === 'ephemeral-storage' ? 'local ephemeral storage' : HUGE_PAGES.test(resource) ? 'hugepages' : kind
  report.invalid(
    'divisor',
    resource,
    `only divisor's values ${SIZE_DIVISORS.join(', ')} are supported with the ${name} resource`,
  )
}
