import { qualifiedName } from '../../names.ts'
import { NEGATIVE } from '../../object-meta.ts'
import { compareQuantities, parseQuantity } from '../../quantity.ts'
import type { Report } from '../../report.ts'
import { invalidEach } from '../check.ts'

export type Amount = string | number

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage']
/** What is counted, not measured. */
const COUNTED = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]
const QUOTA = new Set([
  ...COMPUTE,
  ...COMPUTE.map((name) => `requests.${name}`),
  ...COMPUTE.map((name) => `limits.${name}`),
  'requests.storage',
  ...COUNTED,
])
const STANDARD = new Set([...QUOTA, 'storage'])

const HUGE_PAGES = 'hugepages-'
const REQUESTS = 'requests.'

export const isHugePages = (name: string) => name.startsWith(HUGE_PAGES)

const isQuotaHugePages = (name: string) => isHugePages(name) || name.startsWith(REQUESTS + HUGE_PAGES)

/** Whether the cluster itself knows the resource: it has no prefix, or one of kubernetes.io. */
export const isNative = (name: string) => !name.includes('/') || name.includes('kubernetes.io/')

/** Whether requests may stay below limits; devices and huge pages are given whole. */
export const isOvercommitAllowed = (name: string) => isNative(name) && !isHugePages(name)

const isExtended = (name: string) =>
  !isNative(name) && !name.startsWith(REQUESTS) && qualifiedName(REQUESTS + name).length === 0

/** What is wrong with the name of a resource anywhere; answers whether it is well-formed at all. */
export function validateResourceName(report: Report, path: string, name: string): boolean {
  const messages = qualifiedName(name)
  invalidEach(report, path, name, messages)
  if (messages.length) return false
  if (name.includes('/') || STANDARD.has(name) || isQuotaHugePages(name)) return true
  report.invalid(path, name, 'must be a standard resource type or fully qualified')
  return false
}

/** What is wrong with the name of a resource that a container asks for. */
export function validateContainerResourceName(report: Report, path: string, name: string): void {
  validateResourceName(report, path, name)
  if (!name.includes('/')) {
    if (!COMPUTE.includes(name) && !isHugePages(name)) {
      report.invalid(path, name, 'must be a standard resource for containers')
    }
  } else if (!isNative(name) && !isExtended(name)) {
    report.invalid(path, name, "doesn't follow extended resource name standard")
  }
}

/** What is wrong with the name of a resource that a quota limits. */
export function validateQuotaResourceName(report: Report, path: string, name: string): void {
  validateResourceName(report, path, name)
  if (!name.includes('/') && !isQuotaResource(name)) report.invalid(path, name, 'must be a standard resource for quota')
}

export const isQuotaResource = (name: string) => QUOTA.has(name) || isQuotaHugePages(name)

/** What is wrong with an amount of a resource. */
export function validateAmount(report: Report, path: string, name: string, amount: Amount): void {
  if (compareQuantities(amount, 0) < 0) report.invalid(path, String(amount), NEGATIVE)
  if ((COUNTED.includes(name) || isExtended(name)) && !isWhole(amount)) {
    report.invalid(path, amount, 'must be an integer')
  }
}

/** An amount above zero. */
export function validatePositiveQuantity(report: Report, path: string, amount: Amount): void {
  if (compareQuantities(amount, 0) <= 0) report.invalid(path, String(amount), 'must be greater than zero')
}

const NANOS = 1_000_000_000n

function isWhole(amount: Amount): boolean {
  return parseQuantity(amount).nanos % NANOS === 0n
}
