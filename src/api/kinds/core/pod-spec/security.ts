import { userOrGroupId } from '../../../names.ts'
import type { Report } from '../../../report.ts'
import { descendingPath, invalidEach, optionalOneOf } from '../../check.ts'
import type { AnyContainer, PodSpec } from './types.ts'
import { validateWindowsOptions } from './windows.ts'

type SecurityContext = NonNullable<AnyContainer['securityContext']>
type PodSecurityContext = NonNullable<PodSpec['securityContext']>

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined']
/** PATH_MAX without the zero at its end. */
const PROFILE_MAX_BYTES = 4095
const SYSCTL_MAX = 253
const SYSCTL_SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const SYSCTL = `^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`

function validateId(report: Report, path: string, id: number | undefined): void {
  if (id !== undefined) invalidEach(report, path, id, userOrGroupId(id))
}

/** What is wrong with the security context of a container; `report` stands at it. */
export function validateSecurityContext(context: SecurityContext, hostUsers: boolean, report: Report): void {
  validateId(report, 'runAsUser', context.runAsUser)
  validateId(report, 'runAsGroup', context.runAsGroup)
  const { procMount, seccompProfile, appArmorProfile, windowsOptions } = context
  optionalOneOf(report, 'procMount', procMount, ['Default', 'Unmasked'])
  if (hostUsers && procMount === 'Unmasked') {
    report.invalid('procMount', procMount, '`hostUsers` must be false to use `Unmasked`')
  }
  if (seccompProfile) validateSeccomp(seccompProfile, report.at('seccompProfile'))
  validateEscalation(context, report)
  if (windowsOptions) validateWindowsOptions(windowsOptions, report.at('windowsOptions'))
  if (appArmorProfile) validateAppArmor(appArmorProfile, report.at('appArmorProfile'))
}

/** Who is privileged already cannot be kept from becoming so. */
function validateEscalation(context: SecurityContext, report: Report): void {
  if (context.allowPrivilegeEscalation !== false) return
  if (context.privileged) {
    report.invalid('', context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true')
  }
  if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
    report.invalid('', context, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN')
  }
}

function validateSeccomp(profile: NonNullable<SecurityContext['seccompProfile']>, report: Report): void {
  const { type, localhostProfile } = profile
  if (!type) report.required('type', 'type is required when seccompProfile is set')
  else optionalOneOf(report, 'type', type, PROFILE_TYPES)
  if (type !== 'Localhost') {
    if (localhostProfile !== undefined) {
      report.invalid('localhostProfile', profile, 'can only be set when seccomp type is Localhost')
    }
  } else if (localhostProfile === undefined) {
    report.required('localhostProfile', 'must be set when seccomp type is Localhost')
  } else {
    descendingPath(report, 'localhostProfile', localhostProfile)
  }
}

function validateAppArmor(profile: NonNullable<SecurityContext['appArmorProfile']>, report: Report): void {
  const { type, localhostProfile } = profile
  if (!type) return report.required('type', 'type is required when appArmorProfile is set')
  optionalOneOf(report, 'type', type, PROFILE_TYPES)
  if (type === 'Localhost') return validateLocalAppArmor(localhostProfile, report)
  if (localhostProfile !== undefined && PROFILE_TYPES.includes(type)) {
    report.invalid('localhostProfile', localhostProfile, 'can only be set when AppArmor type is Localhost')
  }
}

function validateLocalAppArmor(profile: string | undefined, report: Report): void {
  if (!profile) return report.required('localhostProfile', 'must be set when AppArmor type is Localhost')
  if (profile.trim() !== profile) report.invalid('localhostProfile', profile, 'must not be padded with whitespace')
  if (profile.length > PROFILE_MAX_BYTES) report.tooLong('localhostProfile', PROFILE_MAX_BYTES)
}

/** What is wrong with the security context of a pod; `report` stands at it. */
export function validatePodSecurityContext(spec: PodSpec, report: Report): void {
  const context = spec.securityContext ?? {}
  validateId(report, 'fsGroup', context.fsGroup)
  validateId(report, 'runAsUser', context.runAsUser)
  validateId(report, 'runAsGroup', context.runAsGroup)
  for (const [i, id] of (context.supplementalGroups ?? []).entries()) {
    validateId(report.at('supplementalGroups', i), '', id)
  }
  if (spec.shareProcessNamespace && spec.hostPID) {
    report.invalid('shareProcessNamespace', true, 'ShareProcessNamespace and HostPID cannot both be enabled')
  }
  validateSysctls(spec, report.at('sysctls'))
  validatePolicies(context, report)
}

function validatePolicies(context: PodSecurityContext, report: Report): void {
  optionalOneOf(report, 'fsGroupChangePolicy', context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'])
  if (context.seccompProfile) validateSeccomp(context.seccompProfile, report.at('seccompProfile'))
  if (context.windowsOptions) validateWindowsOptions(context.windowsOptions, report.at('windowsOptions'))
  if (context.appArmorProfile) validateAppArmor(context.appArmorProfile, report.at('appArmorProfile'))
  optionalOneOf(report, 'supplementalGroupsPolicy', context.supplementalGroupsPolicy, ['Merge', 'Strict'])
  optionalOneOf(report, 'seLinuxChangePolicy', context.seLinuxChangePolicy, ['MountOption', 'Recursive'])
}

function validateSysctls(spec: PodSpec, report: Report): void {
  const names = new Set<string>()
  for (const [i, { name = '' }] of (spec.securityContext?.sysctls ?? []).entries()) {
    const at = report.at(i)
    if (!name) at.required('name')
    else if (name.length > SYSCTL_MAX || !new RegExp(SYSCTL).test(name)) {
      at.invalid('name', name, `must have at most ${SYSCTL_MAX} characters and match regex ${SYSCTL}`)
    } else if (names.has(name)) at.duplicate('name', name)
    validateHostSysctl(name, spec, at)
    names.add(name)
  }
}

const IPC_SYSCTL = /^(kernel\.(sem$|shm)|kernel\.msg|fs\.mqueue\.)/

/** A pod that shares a namespace with the host must not tune it. */
function validateHostSysctl(sysctl: string, { hostNetwork, hostIPC }: PodSpec, report: Report): void {
  const name = sysctl.replaceAll('/', '.')
  if (hostNetwork && name.startsWith('net.')) {
    report.invalid('name', sysctl, "may not be specified when 'hostNetwork' is true")
  } else if (hostIPC && IPC_SYSCTL.test(name)) {
    report.invalid('name', sysctl, "may not be specified when 'hostIPC' is true")
  }
}
