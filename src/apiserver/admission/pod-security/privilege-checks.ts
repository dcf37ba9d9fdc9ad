import type { AnyContainer } from '../../../api/kinds/core/pod-spec/types.ts'
import {
  type CheckPod,
  containerList,
  containersOf,
  exceptInUserNamespace,
  exceptWindows,
  namesOf,
  type PodSecurityCheck,
  quoted,
  setterList,
  sortedSet,
} from './pod-check.ts'

const privileged: PodSecurityCheck = {
  id: 'privileged',
  level: 'baseline',
  versions: [
    {
      since: 0,
      check({ spec }) {
        const names = namesOf(spec, ({ securityContext }) => securityContext?.privileged ?? false)
        if (names.length === 0) return undefined
        return { reason: 'privileged', detail: `${containerList(names)} must not set securityContext.privileged=true` }
      },
    },
  ],
}

const noEscalation: CheckPod = ({ spec }) => {
  const names = namesOf(spec, ({ securityContext }) => securityContext?.allowPrivilegeEscalation ?? true)
  if (names.length === 0) return undefined
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containerList(names)} must set securityContext.allowPrivilegeEscalation=false`,
  }
}

const allowPrivilegeEscalation: PodSecurityCheck = {
  id: 'allowPrivilegeEscalation',
  level: 'restricted',
  versions: [
    { since: 8, check: noEscalation },
    { since: 25, check: exceptWindows(noEscalation) },
  ],
}

const DEFAULT_CAPABILITIES: readonly string[] = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]

/** What a container adds beyond what it may. */
function addedBeyond({ securityContext }: AnyContainer, allowed: readonly string[]): string[] {
  return (securityContext?.capabilities?.add ?? []).filter((capability) => !allowed.includes(capability))
}

/** What is wrong with the capabilities that containers add; '' when nothing is. */
const addedDetail = (containers: readonly AnyContainer[], allowed: readonly string[]): string => {
  const names = containers.filter((container) => addedBeyond(container, allowed).length).map(({ name }) => name)
  if (names.length === 0) return ''
  const bad = sortedSet(containers.flatMap((container) => addedBeyond(container, allowed)))
  return `${containerList(names)} must not include ${quoted(bad)} in securityContext.capabilities.add`
}

const capabilitiesBaseline: PodSecurityCheck = {
  id: 'capabilities_baseline',
  level: 'baseline',
  versions: [
    {
      since: 0,
      check({ spec }) {
        const detail = addedDetail(containersOf(spec), DEFAULT_CAPABILITIES)
        return detail ? { reason: 'non-default capabilities', detail } : undefined
      },
    },
  ],
}

const dropsAll: CheckPod = ({ spec }) => {
  const names = namesOf(spec, ({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'))
  const details = [
    names.length ? `${containerList(names)} must set securityContext.capabilities.drop=["ALL"]` : '',
    addedDetail(containersOf(spec), ['NET_BIND_SERVICE']),
  ].filter(Boolean)
  return details.length ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined
}

const capabilitiesRestricted: PodSecurityCheck = {
  id: 'capabilities_restricted',
  level: 'restricted',
  overrides: capabilitiesBaseline.id,
  versions: [
    { since: 22, check: dropsAll },
    { since: 25, check: exceptWindows(dropsAll) },
  ],
}

const nonRoot: CheckPod = ({ spec }) => {
  const byPod = spec.securityContext?.runAsNonRoot
  const reason = 'runAsNonRoot != true'
  const said = namesOf(spec, ({ securityContext }) => securityContext?.runAsNonRoot === false)
  const setters = setterList(byPod === false, said)
  if (setters) return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` }
  const silent = namesOf(spec, ({ securityContext }) => securityContext?.runAsNonRoot === undefined)
  if (byPod || silent.length === 0) return undefined
  return { reason, detail: `pod or ${containerList(silent)} must set securityContext.runAsNonRoot=true` }
}

const runAsNonRoot: PodSecurityCheck = {
  id: 'runAsNonRoot',
  level: 'restricted',
  versions: [
    { since: 0, check: nonRoot },
    { since: 35, check: exceptInUserNamespace(nonRoot) },
  ],
}

const notUserZero: CheckPod = ({ spec }) => {
  const names = namesOf(spec, ({ securityContext }) => securityContext?.runAsUser === 0)
  const setters = setterList(spec.securityContext?.runAsUser === 0, names)
  return setters ? { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` } : undefined
}

const runAsUser: PodSecurityCheck = {
  id: 'runAsUser',
  level: 'restricted',
  versions: [
    { since: 23, check: notUserZero },
    { since: 35, check: exceptInUserNamespace(notUserZero) },
  ],
}

/** As whom containers run, and what they may do beyond that. */
export const PRIVILEGE_CHECKS: readonly PodSecurityCheck[] = [
  privileged,
  allowPrivilegeEscalation,
  capabilitiesBaseline,
  capabilitiesRestricted,
  runAsNonRoot,
  runAsUser,
]
