import type { Cause } from '../../../api/report.ts'
import { report as newReport } from '../../../api/report.ts'

export type Level = 'privileged' | 'baseline' | 'restricted'

/** A level as of a minor version: `restricted` as 1.25 had it. */
export interface LevelVersion {
  level: Level
  minor: number | 'latest'
}

/** What a namespace asks of its pods: what is refused, what is told, and what is noted. */
export interface Policy {
  enforce: LevelVersion
  audit: LevelVersion
  warn: LevelVersion
}

const PREFIX = 'pod-security.kubernetes.io/'
const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted']
const MODES = ['enforce', 'audit', 'warn'] as const

const LEVEL_PROBLEM = `must be one of ${LEVELS.join(', ')}`
const VERSION_PROBLEM = 'must be "latest" or "v1.x"'

const PRIVILEGED: LevelVersion = { level: 'privileged', minor: 'latest' }
export const PRIVILEGED_POLICY: Policy = { enforce: PRIVILEGED, audit: PRIVILEGED, warn: PRIVILEGED }

/** `restricted:latest`, `baseline:v1.25`. */
export function printLevel({ level, minor }: LevelVersion): string {
  return `${level}:${minor === 'latest' ? minor : `v1.${minor}`}`
}

/** Negative, zero or positive, as `a` is less strict than, as strict as or stricter than `b`. */
export function compareLevels(a: LevelVersion, b: LevelVersion): number {
  return LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level)
}

export function sameLevel(a: LevelVersion, b: LevelVersion): boolean {
  return a.level === b.level && a.minor === b.minor
}

export function isPrivileged(policy: Policy): boolean {
  return MODES.every((mode) => policy[mode].level === 'privileged')
}

/** Whether two policies come to the same; the version does not matter where nothing is asked. */
export function isEquivalent(a: Policy, b: Policy): boolean {
  return MODES.every(
    (mode) => (a[mode].level === 'privileged' && b[mode].level === 'privileged') || sameLevel(a[mode], b[mode]),
  )
}

export function parseLevel(text: string): Level | undefined {
  return LEVELS.find((level) => level === text)
}

export function parseVersion(text: string): LevelVersion['minor'] | undefined {
  if (text === 'latest') return text
  const match = /^v1\.(\d|[1-9]\d*)$/.exec(text)
  return match ? Number(match[1]) : undefined
}

type Labels = Readonly<Record<string, string>>

/**
 * The policy that the labels of a namespace make, over the defaults. With labels that cannot be read, enforcement is strict and the other
 * modes are silent; `causes` says what is wrong then.
 */
export function policyOf(labels: Labels = {}, defaults: Policy): { policy: Policy; causes: readonly Cause[] } {
  const report = newReport()
  const fail = (label: string, why: string) => report.invalid(`metadata.labels[${label}]`, labels[label], why)
  const read = (mode: (typeof MODES)[number]): LevelVersion => {
    let { level, minor } = defaults[mode]
    const [levelText, versionText] = [labels[PREFIX + mode], labels[`${PREFIX}${mode}-version`]]
    if (levelText !== undefined) {
      const parsed = parseLevel(levelText)
      if (!parsed) fail(PREFIX + mode, LEVEL_PROBLEM)
      level = parsed ?? (mode === 'enforce' ? 'restricted' : 'privileged')
    }
    if (versionText !== undefined) {
      const parsed = parseVersion(versionText)
      if (parsed === undefined) fail(`${PREFIX}${mode}-version`, VERSION_PROBLEM)
      minor = parsed ?? 'latest'
    }
    return { level, minor }
  }
  const [enforce, audit, own] = [read('enforce'), read('audit'), read('warn')]
  return { policy: { enforce, audit, warn: warnLevel(labels, enforce, own) }, causes: report.causes }
}

/** Who is told to refuse is told to warn as well, of templates that could make no pod. */
function warnLevel(labels: Labels, enforce: LevelVersion, own: LevelVersion): LevelVersion {
  const isSaid = parseLevel(labels[`${PREFIX}enforce`] ?? '') !== undefined
  if (labels[`${PREFIX}warn`] !== undefined || !isSaid || compareLevels(enforce, own) <= 0) return own
  return labels[`${PREFIX}warn-version`] === undefined ? enforce : { level: enforce.level, minor: own.minor }
}

/** The modes that labels set to more than nothing: `enforce=baseline:latest, warn=restricted:v1.30`. */
export function printSetModes(labels: Labels, policy: Policy): string {
  return MODES.filter(
    (mode) =>
      policy[mode].level !== 'privileged' &&
      (labels[PREFIX + mode] !== undefined || labels[`${PREFIX}${mode}-version`] !== undefined),
  )
    .map((mode) => `${mode}=${printLevel(policy[mode])}`)
    .join(', ')
}

/** How audit events name what this admission has to say. */
export const AUDIT_PREFIX = PREFIX
