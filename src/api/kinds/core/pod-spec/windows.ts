import { dns1123Subdomain } from '../../../names.ts'
import type { Report } from '../../../report.ts'
import { invalidEach } from '../../check.ts'
import { eachContainer } from './each-container.ts'
import type { AnyContainer, PodSpec } from './types.ts'

type WindowsOptions = NonNullable<NonNullable<AnyContainer['securityContext']>['windowsOptions']>

const CREDENTIAL_SPEC_MAX_KIB = 64
const DOMAIN_MAX = 256
const USER_MAX = 104
const NET_BIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const DNS_DOMAIN = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/

/** What is wrong with the Windows part of a security context; `report` stands at it. */
export function validateWindowsOptions(options: WindowsOptions, report: Report): void {
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName: user } = options
  if (name !== undefined) invalidEach(report, 'gmsaCredentialSpecName', name, dns1123Subdomain(name))
  if (spec === '') report.invalid('gmsaCredentialSpec', spec, 'gmsaCredentialSpec cannot be an empty string')
  else if (spec && spec.length > CREDENTIAL_SPEC_MAX_KIB * 1024) {
    const why = `gmsaCredentialSpec size must be under ${CREDENTIAL_SPEC_MAX_KIB} KiB`
    report.invalid('gmsaCredentialSpec', spec, why)
  }
  if (user !== undefined) invalidEach(report, 'runAsUserName', user, userName(user))
}

/** `DOMAIN\user`, or the user alone. */
function userName(text: string): string[] {
  if (text === '') return ['runAsUserName cannot be an empty string']
  if (/\p{Cc}/u.test(text)) return ['runAsUserName cannot contain control characters']
  const parts = text.split('\\')
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash']
  const user = parts.at(-1) ?? ''
  const domain = parts.length === 2 ? parts[0] : undefined
  return [...(domain === undefined ? [] : domainMessages(domain)), ...userMessages(user)]
}

function domainMessages(domain: string): string[] {
  const messages: string[] = []
  if (domain.length >= DOMAIN_MAX) {
    messages.push(`runAsUserName's Domain length must be under ${DOMAIN_MAX} characters`)
  }
  if (!NET_BIOS.test(domain) && !DNS_DOMAIN.test(domain)) {
    messages.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
  }
  return messages
}

function userMessages(user: string): string[] {
  if (user === '') return ["runAsUserName's User cannot be empty"]
  const messages: string[] = []
  if (user.length > USER_MAX)
    messages.push(`runAsUserName's User length must not be longer than ${USER_MAX} characters`)
  if (/^[. ]+$/.test(user)) messages.push("runAsUserName's User cannot contain only periods or spaces")
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    messages.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]')
  }
  return messages
}

/** What a pod that names its operating system may not ask of it; `report` stands at the spec. */
export function validateOs(spec: PodSpec, report: Report): void {
  if (!spec.os) return
  const { name } = spec.os
  if (!name) report.required('os.name')
  else if (name === 'linux') validateLinux(spec, report)
  else if (name === 'windows') validateWindows(spec, report)
  else report.notSupported('os', name, ['linux', 'windows'])
}

const LINUX_ONLY = 'cannot be set for a windows pod'
const WINDOWS_ONLY = 'windows options cannot be set for a linux pod'

function validateLinux(spec: PodSpec, report: Report): void {
  if (spec.securityContext?.windowsOptions) report.forbidden('securityContext.windowsOptions', WINDOWS_ONLY)
  for (const [container, at] of eachContainer(spec, report)) {
    if (container.securityContext?.windowsOptions) at.forbidden('securityContext.windowsOptions', WINDOWS_ONLY)
  }
}

const POD_FIELDS = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
] as const

const CONTAINER_FIELDS = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const

function validateWindows(spec: PodSpec, report: Report): void {
  const { securityContext = {}, hostUsers, hostPID, hostIPC, shareProcessNamespace } = spec
  for (const field of POD_FIELDS) {
    if (securityContext[field] !== undefined) report.forbidden(`securityContext.${field}`, LINUX_ONLY)
  }
  if (hostUsers !== undefined) report.forbidden('hostUsers', LINUX_ONLY)
  if (hostPID) report.forbidden('hostPID', LINUX_ONLY)
  if (hostIPC) report.forbidden('hostIPC', LINUX_ONLY)
  if (shareProcessNamespace !== undefined) report.forbidden('shareProcessNamespace', LINUX_ONLY)
  for (const [container, at] of eachContainer(spec, report)) {
    for (const field of CONTAINER_FIELDS) {
      if (container.securityContext?.[field] !== undefined) at.forbidden(`securityContext.${field}`, LINUX_ONLY)
    }
  }
}

/** Either all containers of a pod are processes of the host, or none; `report` stands at the spec. */
export function validateHostProcess(spec: PodSpec, report: Report): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess
  let all = 0
  let onHost = 0
  for (const [container, at] of eachContainer(spec, report)) {
    const own = container.securityContext?.windowsOptions?.hostProcess
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      const why = `pod hostProcess value must be identical if both are specified, was ${ofPod}`
      at.invalid('securityContext.windowsOptions.hostProcess', own, why)
    }
    all++
    if (own ?? ofPod) onHost++
  }
  if (onHost === 0) return
  if (onHost !== all) {
    const why = 'If pod contains any hostProcess containers then all containers must be HostProcess containers'
    report.invalid('', '', why)
  }
  if (!spec.hostNetwork) {
    report.invalid('hostNetwork', false, 'hostNetwork must be true if pod contains any hostProcess containers')
  }
}
