import { HOST_CHECKS } from './host-checks.ts'
import type { CheckedPod, CheckPod, PodSecurityCheck, Violation } from './pod-check.ts'
import type { LevelVersion } from './policy.ts'
import { PRIVILEGE_CHECKS } from './privilege-checks.ts'
import { PROFILE_CHECKS } from './profile-checks.ts'

/** Baseline first, then by name: the order in which violations are told. */
const CHECKS: readonly PodSecurityCheck[] = [...HOST_CHECKS, ...PRIVILEGE_CHECKS, ...PROFILE_CHECKS].sort((a, b) =>
  a.level === b.level ? (a.id < b.id ? -1 : 1) : a.level === 'baseline' ? -1 : 1,
)

/** The newest version in which a check changed; all later ones are the same. */
const NEWEST = Math.max(...CHECKS.flatMap(({ versions }) => versions.map(({ since }) => since)))

const chosen = new Map<string, readonly CheckPod[]>()

/** What is wrong with a pod at a level; nothing when it may be. */
export function violations(at: LevelVersion, pod: CheckedPod): Violation[] {
  if (at.level === 'privileged') return []
  const minor = at.minor === 'latest' ? NEWEST : Math.min(at.minor, NEWEST)
  const key = `${at.level} ${minor}`
  const checks = chosen.get(key) ?? checksFor(at.level === 'restricted', minor)
  chosen.set(key, checks)
  return checks.map((check) => check(pod)).filter((violation) => violation !== undefined)
}

function checksFor(restricted: boolean, minor: number): CheckPod[] {
  const active = CHECKS.flatMap((check) => {
    const version = check.versions.findLast(({ since }) => since <= minor)
    return version && (restricted || check.level === 'baseline') ? [{ ...check, run: version.check }] : []
  })
  const overridden = new Set(active.map(({ overrides }) => overrides))
  return active.filter(({ id }) => !overridden.has(id)).map(({ run }) => run)
}

/** `host namespaces, privileged`: of many pods one wants to know no more. */
export function printReasons(found: readonly Violation[]): string {
  return found.map(({ reason }) => reason).join(', ')
}

/** `host namespaces (hostNetwork=true), privileged (container "a" must not …)`. */
export function printDetails(found: readonly Violation[]): string {
  return found.map(({ reason, detail }) => `${reason}${detail && ` (${detail})`}`).join(', ')
}
