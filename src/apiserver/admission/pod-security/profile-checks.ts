import type { AnyContainer, PodSpec } from '../../../api/kinds/core/pod-spec/types.ts'
import {
  type CheckedPod,
  type CheckPod,
  containerList,
  containersOf,
  exceptInUserNamespace,
  exceptWindows,
  namesOf,
  type PodSecurityCheck,
  plural,
  quoted,
  setterList,
  sortedSet,
} from './pod-check.ts'

const PROFILES = ['RuntimeDefault', 'Localhost']
const isBadProfile = <T extends string>(type: T | undefined): type is T =>
  type !== undefined && !PROFILES.includes(type)

const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/'

/** Annotations that name another AppArmor profile than they may: `key="value"`. */
function badAppArmorAnnotations({ metadata }: CheckedPod): string[] {
  return Object.entries(metadata.annotations ?? {})
    .filter(([key, value]) => key.startsWith(APP_ARMOR) && !/^($|runtime\/default$|localhost\/)/.test(value))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort()
}

const appArmorProfile: PodSecurityCheck = {
  id: 'appArmorProfile',
  level: 'baseline',
  versions: [
    {
      since: 0,
      check(pod) {
        const { spec } = pod
        const typeOf = ({ securityContext }: AnyContainer) => securityContext?.appArmorProfile?.type
        const ofPod = spec.securityContext?.appArmorProfile?.type
        const annotations = badAppArmorAnnotations(pod)
        const said = annotations.length ? [plural('annotation', 'annotations', annotations.length)] : []
        const names = namesOf(spec, (container) => isBadProfile(typeOf(container)))
        const setters = setterList(isBadProfile(ofPod), names, ...said)
        if (!setters) return undefined
        const values = [...sortedSet([ofPod, ...containersOf(spec).map(typeOf)].filter(isBadProfile)), ...annotations]
        const reason = plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length)
        return { reason, detail: `${setters} must not set AppArmor profile type to ${quoted(values)}` }
      },
    },
  ],
}

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'

const seccompAnnotations: CheckPod = ({ metadata: { annotations = {} }, spec }) => {
  const keys = [SECCOMP_POD, ...containersOf(spec).map(({ name }) => SECCOMP_CONTAINER + name)]
  const isBad = (value: string | undefined) =>
    value !== undefined && !/^(runtime\/default$|docker\/default$|localhost\/)/.test(value)
  const bad = keys.filter((key) => isBad(annotations[key])).map((key) => `${key}=${JSON.stringify(annotations[key])}`)
  if (bad.length === 0) return undefined
  const what = plural('annotation', 'annotations', new Set(bad).size)
  return { reason: 'seccompProfile', detail: `forbidden ${what} ${sortedSet(bad).join(', ')}` }
}

const seccompOf = ({ securityContext }: AnyContainer) => securityContext?.seccompProfile?.type

const goodSeccomp: CheckPod = ({ spec }) => {
  const ofPod = spec.securityContext?.seccompProfile?.type
  const names = namesOf(spec, (container) => isBadProfile(seccompOf(container)))
  const setters = setterList(isBadProfile(ofPod), names)
  if (!setters) return undefined
  const values = sortedSet([ofPod, ...containersOf(spec).map(seccompOf)].filter(isBadProfile))
  return {
    reason: 'seccompProfile',
    detail: `${setters} must not set securityContext.seccompProfile.type to ${quoted(values)}`,
  }
}

const seccompBaseline: PodSecurityCheck = {
  id: 'seccompProfile_baseline',
  level: 'baseline',
  versions: [
    { since: 0, check: seccompAnnotations },
    { since: 19, check: goodSeccomp },
  ],
}

const someSeccomp: CheckPod = (pod) => {
  const bad = goodSeccomp(pod)
  if (bad) return bad
  const silent = namesOf(pod.spec, (container) => seccompOf(container) === undefined)
  if (pod.spec.securityContext?.seccompProfile || silent.length === 0) return undefined
  const detail = `pod or ${containerList(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`
  return { reason: 'seccompProfile', detail }
}

const seccompRestricted: PodSecurityCheck = {
  id: 'seccompProfile_restricted',
  level: 'restricted',
  overrides: seccompBaseline.id,
  versions: [
    { since: 19, check: someSeccomp },
    { since: 25, check: exceptWindows(someSeccomp) },
  ],
}

const isUnmasked = ({ securityContext }: AnyContainer) => (securityContext?.procMount ?? 'Default') !== 'Default'

const maskedProc: CheckPod = ({ spec }) => {
  const names = namesOf(spec, isUnmasked)
  if (names.length === 0) return undefined
  const types = sortedSet(
    containersOf(spec)
      .filter(isUnmasked)
      .map(({ securityContext }) => securityContext?.procMount ?? ''),
  )
  const detail = `${containerList(names)} must not set securityContext.procMount to ${quoted(types)}`
  return { reason: 'procMount', detail }
}

const procMount: PodSecurityCheck = {
  id: 'procMount',
  level: 'baseline',
  versions: [
    { since: 0, check: maskedProc },
    { since: 35, check: exceptInUserNamespace(maskedProc) },
  ],
}

const procMountRestricted: PodSecurityCheck = {
  id: 'procMount_restricted',
  level: 'restricted',
  overrides: procMount.id,
  versions: [{ since: 35, check: maskedProc }],
}

type SELinuxOptions = NonNullable<NonNullable<PodSpec['securityContext']>['seLinuxOptions']>

const SE_LINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t']

function seLinux(allowed: readonly string[]): CheckPod {
  const isBad = (options?: SELinuxOptions): options is SELinuxOptions =>
    options !== undefined && (!allowed.includes(options.type ?? '') || Boolean(options.user) || Boolean(options.role))
  return ({ spec }) => {
    const ofPod = spec.securityContext?.seLinuxOptions
    const optionsOf = ({ securityContext }: AnyContainer) => securityContext?.seLinuxOptions
    const names = namesOf(spec, (container) => isBad(optionsOf(container)))
    const setters = setterList(isBad(ofPod), names)
    if (!setters) return undefined
    const bad = [ofPod, ...containersOf(spec).map(optionsOf)].filter(isBad)
    const types = sortedSet(bad.map(({ type = '' }) => type).filter((type) => !allowed.includes(type)))
    const what = [
      ...(types.length ? [`${plural('type', 'types', types.length)} ${quoted(types)}`] : []),
      ...(bad.some(({ user }) => user) ? ['user may not be set'] : []),
      ...(bad.some(({ role }) => role) ? ['role may not be set'] : []),
    ]
    const detail = `${setters} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`
    return { reason: 'seLinuxOptions', detail }
  }
}

const seLinuxOptions: PodSecurityCheck = {
  id: 'seLinuxOptions',
  level: 'baseline',
  versions: [
    { since: 0, check: seLinux(SE_LINUX_TYPES) },
    { since: 31, check: seLinux([...SE_LINUX_TYPES, 'container_engine_t']) },
  ],
}

/** The sysctls that are safe, by the version from which on they count as such. */
const SAFE_SYSCTLS: readonly (readonly [since: number, names: readonly string[]])[] = [
  [
    0,
    [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.tcp_syncookies',
      'net.ipv4.ping_group_range',
      'net.ipv4.ip_unprivileged_port_start',
    ],
  ],
  [27, ['net.ipv4.ip_local_reserved_ports']],
  [
    29,
    [
      'net.ipv4.tcp_keepalive_time',
      'net.ipv4.tcp_fin_timeout',
      'net.ipv4.tcp_keepalive_intvl',
      'net.ipv4.tcp_keepalive_probes',
    ],
  ],
  [32, ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']],
]

function safeSysctls(allowed: readonly string[]): CheckPod {
  return ({ spec }) => {
    const names = (spec.securityContext?.sysctls ?? []).map(({ name }) => name)
    const bad = names.filter((name) => !allowed.includes(name))
    return bad.length ? { reason: 'forbidden sysctls', detail: bad.join(', ') } : undefined
  }
}

const sysctls: PodSecurityCheck = {
  id: 'sysctls',
  level: 'baseline',
  versions: SAFE_SYSCTLS.map(([since], i) => ({
    since,
    check: safeSysctls(SAFE_SYSCTLS.slice(0, i + 1).flatMap(([, names]) => names)),
  })),
}

/** The profiles and masks that the kernel confines containers with. */
export const PROFILE_CHECKS: readonly PodSecurityCheck[] = [
  appArmorProfile,
  seccompBaseline,
  seccompRestricted,
  procMount,
  procMountRestricted,
  seLinuxOptions,
  sysctls,
]
