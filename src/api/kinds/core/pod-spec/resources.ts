import { dns1123Label } from '../../../names.ts'
import { containersTotal } from '../../../pod-resources.ts'
import { compareQuantities, formatQuantity, quantityProblem, value } from '../../../quantity.ts'
import type { Report } from '../../../report.ts'
import { invalidEach } from '../../check.ts'
import {
  isHugePages,
  isOvercommitAllowed,
  validateAmount,
  validateContainerResourceName,
  validateResourceName,
} from '../resource-names.ts'
import { isPodLevel } from './pod-level.ts'
import type { PodSpec, ResourceRequirements } from './types.ts'

type NameCheck = (report: Report, path: string, name: string) => void

/** What is wrong with what a container asks for; `report` stands at `resources`. */
export function validateContainerResources(
  resources: ResourceRequirements,
  claims: readonly string[],
  report: Report,
): void {
  validateRequirements(resources, validateContainerResourceName, claims, report)
}

/** What is wrong with what a pod asks for as a whole; `report` stands at `spec.resources`. */
export function validatePodResources(spec: PodSpec, claims: readonly string[], report: Report): void {
  const { resources, os } = spec
  if (!resources) return
  if (os?.name === 'windows') return report.forbidden('', 'may not be set for a windows pod')
  if (resources.claims) report.forbidden('claims', 'claims may not be set for Resources at pod-level')
  validateRequirements(resources, validatePodResourceName, claims, report)
  validateAgainstContainers(spec, resources, report)
}

const validatePodResourceName: NameCheck = (report, path, name) => {
  if (validateResourceName(report, path, name) && !isPodLevel(name)) {
    report.notSupported(path, name, ['cpu', 'hugepages-', 'memory'])
  }
}

function validateRequirements(
  { limits = {}, requests = {}, claims = [] }: ResourceRequirements,
  checkName: NameCheck,
  podClaims: readonly string[],
  report: Report,
): void {
  for (const [name, amount] of Object.entries(limits)) {
    checkName(report, `limits[${name}]`, name)
    validateAmount(report, `limits[${name}]`, name, amount)
    validatePages(report, `limits[${name}]`, name, amount)
  }
  for (const [name, amount] of Object.entries(requests)) {
    checkName(report, `requests[${name}]`, name)
    validateAmount(report, `requests[${name}]`, name, amount)
    validateAgainstLimit(name, amount, limits[name], report)
    validatePages(report, `requests[${name}]`, name, amount)
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)]
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    report.forbidden('', 'HugePages require cpu or memory')
  }
  validateClaims(claims, podClaims, report.at('claims'))
}

function validateAgainstLimit(
  name: string,
  amount: string | number,
  limit: string | number | undefined,
  report: Report,
): void {
  const overcommit = isOvercommitAllowed(name)
  if (limit === undefined) {
    if (!overcommit) report.required('limits', 'Limit must be set for non overcommitable resources')
    return
  }
  const order = compareQuantities(amount, limit)
  if (order !== 0 && !overcommit) {
    report.invalid('requests', String(amount), `must be equal to ${name} limit of ${limit}`)
  } else if (order > 0) {
    report.invalid('requests', String(amount), `must be less than or equal to ${name} limit of ${limit}`)
  }
}

/** Huge pages are given whole. */
function validatePages(report: Report, path: string, name: string, amount: string | number): void {
  if (!isHugePages(name)) return
  const size = name.slice('hugepages-'.length)
  if (quantityProblem(size) || value(size) <= 0 || value(amount) % value(size) !== 0) {
    report.invalid(path, String(amount), `${amount} is not positive integer multiple of ${name}`)
  }
}

const KNOWN_CLAIMS = 'must be one of the names in pod.spec.resourceClaims'

const listed = (names: readonly string[]) => (names.length ? `: ${[...names].sort().join(', ')}` : ' which is empty')

type ResourceClaim = NonNullable<ResourceRequirements['claims']>[number]

function validateClaims(claims: readonly ResourceClaim[], podClaims: readonly string[], report: Report): void {
  const taken = new Set<string>()
  for (const [i, { name, request }] of claims.entries()) {
    const at = report.at(i)
    if (!name) {
      at.required('')
      continue
    }
    const key = request ? `${name}/${request}` : name
    if (request) invalidEach(at, 'request', request, dns1123Label(request))
    const overlaps = !request && [...taken].some((other) => other.startsWith(`${name}/`))
    if (taken.has(name)) at.duplicate('', name)
    else if (taken.has(key) || overlaps) at.duplicate('', key)
    taken.add(key)
    if (!podClaims.includes(name)) at.notFound('', name, KNOWN_CLAIMS + listed(podClaims))
  }
}

/** The pod as a whole must have room for its containers. */
function validateAgainstContainers(spec: PodSpec, resources: ResourceRequirements, report: Report): void {
  const { requests = {}, limits = {} } = resources
  for (const [name, sum] of containersTotal(spec, 'requests')) {
    const amount = requests[name]
    if (amount !== undefined && compareQuantities(sum, amount) > 0) {
      const why = `must be greater than or equal to aggregate container requests of ${formatQuantity(sum)}`
      report.invalid(`requests[${name}]`, String(amount), why)
    }
  }
  for (const [i, container] of (spec.containers ?? []).entries()) {
    for (const [name, limit] of Object.entries(container.resources?.limits ?? {})) {
      const ofPod = limits[name]
      if (ofPod === undefined || compareQuantities(limit, ofPod) <= 0) continue
      const why = `must be less than or equal to pod limits of ${ofPod}`
      report.at('containers', i).invalid(`[${name}].limits`, String(limit), why)
    }
  }
}
