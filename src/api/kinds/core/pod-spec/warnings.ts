import type { IObjectMeta } from '@kubernetes-models/apimachinery/apis/meta/v1/ObjectMeta'
import type { IPodAffinityTerm } from 'kubernetes-models/v1/PodAffinityTerm'
import type { Warnings } from '../../../warnings.ts'
import { warnOfFraction } from '../../fractional-bytes.ts'
import { warnOfIp } from '../../ip-warnings.ts'
import { deprecatedNodeLabel, warnOfNodeSelectorTerm, warnOfPreference } from '../node-labels.ts'
import { APP_ARMOR, SECCOMP_CONTAINER, SECCOMP_POD } from './annotations.ts'
import { containersOf, warnOfContainers } from './container-warnings.ts'
import { warnOfPorts } from './port-warnings.ts'
import type { Container, PodSpec } from './types.ts'
import { warnOfVolumes } from './volume-warnings.ts'

const DEPRECATED_ANNOTATIONS = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
}

/** A pod, or the template of one. */
interface PodLike {
  metadata?: IObjectMeta
  spec?: PodSpec
}

/** What is given up, or is likely not what was meant, in a pod or a template, at which `warn` stands; upstream's GetWarningsForPod. */
export function warnOfPod({ metadata = {}, spec }: PodLike, warn: Warnings): void {
  if (!spec) return
  const at = warn.at('spec')
  warnOfSelectors(spec, at)
  for (const [key, text] of Object.entries(DEPRECATED_ANNOTATIONS)) {
    if (metadata.annotations?.[key] !== undefined) warn.add(`metadata.annotations[${key}]`, text)
  }
  warnOfVolumes(spec.volumes, at)
  warnOfNames(spec, at)
  for (const name of ['memory', 'ephemeral-storage']) warnOfFraction(`overhead[${name}]`, spec.overhead?.[name], at)
  warnOfProfiles(metadata.annotations, spec, warn.at('metadata', 'annotations'))
  warnOfContainers(spec, at)
  warnOfPorts(spec, at)
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    const text = 'must be >= 0; negative values are invalid and will be treated as 1'
    at.add('terminationGracePeriodSeconds', text)
  }
  warnOfAffinity(spec, at)
  for (const [i, address] of (spec.dnsConfig?.nameservers ?? []).entries()) {
    warnOfIp(`dnsConfig.nameservers[${i}]`, address, at)
  }
  for (const [i, { ip }] of (spec.hostAliases ?? []).entries()) warnOfIp(`hostAliases[${i}].ip`, ip, at)
}

const MATCHES_NONE = 'a null labelSelector results in matching no pod'

function warnOfSelectors({ nodeSelector, affinity, topologySpreadConstraints = [] }: PodSpec, warn: Warnings): void {
  for (const key of Object.keys(nodeSelector ?? {})) {
    const why = deprecatedNodeLabel(key)
    if (why) warn.add(`nodeSelector[${key}]`, why)
  }
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const preferred = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution
  const at = warn.at('affinity', 'nodeAffinity')
  for (const [i, term] of (required?.nodeSelectorTerms ?? []).entries()) {
    const place = at.at('requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms', i)
    warnOfNodeSelectorTerm(term, place)
  }
  for (const [i, { preference }] of (preferred ?? []).entries()) {
    warnOfPreference(preference, at.at('preferredDuringSchedulingIgnoredDuringExecution', i, 'preference'))
  }
  for (const [i, { topologyKey, labelSelector }] of topologySpreadConstraints.entries()) {
    const why = deprecatedNodeLabel(topologyKey)
    const place = warn.at('topologySpreadConstraints', i)
    if (why) place.add('topologyKey', `${topologyKey} is ${why}`)
    if (!labelSelector) place.add('labelSelector', MATCHES_NONE)
  }
}

function warnOfAffinity({ affinity = {} }: PodSpec, warn: Warnings): void {
  for (const field of ['podAffinity', 'podAntiAffinity'] as const) {
    const at = warn.at('affinity', field)
    const { requiredDuringSchedulingIgnoredDuringExecution: required = [] } = affinity[field] ?? {}
    const { preferredDuringSchedulingIgnoredDuringExecution: preferred = [] } = affinity[field] ?? {}
    const warnOf = ({ labelSelector }: IPodAffinityTerm, place: Warnings) =>
      labelSelector || place.add('labelSelector', MATCHES_NONE)
    for (const [i, term] of required.entries()) {
      warnOf(term, at.at('requiredDuringSchedulingIgnoredDuringExecution', i))
    }
    for (const [i, { podAffinityTerm }] of preferred.entries()) {
      warnOf(podAffinityTerm, at.at('preferredDuringSchedulingIgnoredDuringExecution', i, 'podAffinityTerm'))
    }
  }
}

/** Lists that are maps to those who merge, where the same key twice loses an item. */
function warnOfNames({ hostAliases = [], imagePullSecrets = [] }: PodSpec, warn: Warnings): void {
  for (const [i, { ip }] of hostAliases.entries()) {
    const isKnown = hostAliases.findIndex((other) => other.ip === ip) < i
    if (isKnown) warn.add(`hostAliases[${i}].ip`, `duplicate ip "${ip}"`)
  }
  const names = imagePullSecrets.map(({ name = '' }) => name)
  for (const [i, name] of names.entries()) {
    if (names.indexOf(name) < i) warn.add(`imagePullSecrets[${i}].name`, `duplicate name "${name}"`)
  }
  for (const [i, name] of names.entries()) {
    if (name === '') warn.add(`imagePullSecrets[${i}].name`, 'invalid empty name ""')
  }
}

type Annotations = Readonly<Record<string, string>>
type Context = Partial<NonNullable<PodSpec['securityContext']> & NonNullable<Container['securityContext']>>

/** Annotations in which profiles were named before there were fields; `warn` stands at the annotations. */
function warnOfProfiles(annotations: Annotations = {}, spec: PodSpec, warn: Warnings): void {
  const noSeccomp = 'non-functional in v1.27+; use the "seccompProfile" field instead'
  if (SECCOMP_POD in annotations && !spec.securityContext?.seccompProfile) warn.add(`[${SECCOMP_POD}]`, noSeccomp)
  for (const [{ name, securityContext }] of containersOf(spec, warn)) {
    const context: Context = securityContext ?? {}
    const [seccomp, appArmor] = [SECCOMP_CONTAINER + name, APP_ARMOR + name]
    if (seccomp in annotations && !context.seccompProfile) warn.add(`[${seccomp}]`, noSeccomp)
    const profile = annotations[appArmor]
    if (profile === undefined || context.appArmorProfile) continue
    if (!isProfileOf(spec, profile)) {
      warn.add(`[${appArmor}]`, 'deprecated since v1.30; use the "appArmorProfile" field instead')
    }
  }
}

const APP_ARMOR_TYPES: Annotations = { unconfined: 'Unconfined', 'runtime/default': 'RuntimeDefault' }
const LOCALHOST = 'localhost/'

/** Whether an AppArmor annotation says what the pod's own field says. */
function isProfileOf({ securityContext }: PodSpec, annotation: string): boolean {
  const { type, localhostProfile } = securityContext?.appArmorProfile ?? {}
  if (type === 'Localhost') return Boolean(localhostProfile) && annotation === LOCALHOST + localhostProfile
  return type !== undefined && APP_ARMOR_TYPES[annotation] === type
}
