import { parseInteger } from '../../../labels.ts'
import type { Report } from '../../../report.ts'
import { descendingPath } from '../../check.ts'
import { eachContainer } from './each-container.ts'
import type { PodSpec } from './types.ts'

type Annotations = Readonly<Record<string, string>>

const MIRROR = 'kubernetes.io/config.mirror'
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'
/** Annotations that name profiles; behind the last two stands the name of a container. */
export const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod'
export const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'
export const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/'
const LOCALHOST = 'localhost/'

/** What is wrong with the annotations that mean something to a pod; `report` stands at the annotations. */
export function validatePodAnnotations(annotations: Annotations = {}, spec: PodSpec, report: Report): void {
  const mirror = annotations[MIRROR]
  if (mirror !== undefined && !spec.nodeName) {
    report.invalid(`[${MIRROR}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set')
  }
  const cost = annotations[DELETION_COST]
  if (cost !== undefined && !isDeletionCost(cost)) {
    report.invalid(`[${DELETION_COST}]`, cost, 'must be a 32bit integer')
  }
  for (const [key, value] of Object.entries(annotations)) {
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) validateSeccomp(key, value, report)
    if (key.startsWith(APP_ARMOR)) validateAppArmor(key, value, spec, report)
  }
}

/** Go's ParseInt, without a plus and without zeros in front. */
function isDeletionCost(text: string): boolean {
  if (text === '') return true
  if (text.startsWith('+') || (text.startsWith('0') && text !== '0')) return false
  const cost = parseInteger(text)
  return cost !== undefined && BigInt.asIntN(32, cost) === cost
}

function validateSeccomp(key: string, profile: string, report: Report): void {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return
  if (profile.startsWith(LOCALHOST)) return descendingPath(report, key, profile.slice(LOCALHOST.length))
  report.invalid(key, profile, 'must be a valid seccomp profile')
}

function validateAppArmor(key: string, profile: string, spec: PodSpec, report: Report): void {
  const name = key.slice(APP_ARMOR.length)
  const known = eachContainer(spec, report).some(([container]) => container.name === name)
  if (!known) report.invalid(`[${key}]`, name, 'container not found')
  if (['', 'runtime/default', 'unconfined'].includes(profile) || profile.startsWith(LOCALHOST)) return
  report.invalid(`[${key}]`, profile, `invalid AppArmor profile name: "${profile}"`)
}

/** Some of them may not change once the pod is there; `report` stands at the annotations. */
export function validateAnnotationUpdate(next: Annotations = {}, old: Annotations = {}, report: Report): void {
  for (const key of new Set([...Object.keys(old), ...Object.keys(next)])) {
    if (next[key] === old[key]) continue
    const verb = old[key] === undefined ? 'add' : 'remove or update'
    if (key.startsWith(APP_ARMOR)) report.forbidden(`[${key}]`, `may not ${verb} AppArmor annotations`)
    if (key === MIRROR) report.forbidden(`[${key}]`, `may not ${verb} mirror pod annotation`)
  }
}
