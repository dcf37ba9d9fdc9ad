import type { IAffinity } from 'kubernetes-models/v1/Affinity'
import type { IPodAffinityTerm } from 'kubernetes-models/v1/PodAffinityTerm'
import type { IToleration } from 'kubernetes-models/v1/Toleration'
import { nameIsDns1123Label, qualifiedName, validLabelValue } from '../../../names.ts'
import type { Report } from '../../../report.ts'
import { invalidEach, optionalOneOf } from '../../check.ts'
import { validateLabelSelector } from '../../label-selector.ts'
import { validateMatchLabelKeys } from './match-label-keys.ts'
import { validateNodeSelector, validateNodeSelectorTerm } from './node-selector.ts'

export const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'

/** What is wrong with where a pod wants to be; `report` stands at `affinity`. */
export function validateAffinity({ nodeAffinity, podAffinity, podAntiAffinity }: IAffinity, report: Report): void {
  if (nodeAffinity) validateNodeAffinity(nodeAffinity, report.at('nodeAffinity'))
  if (podAffinity) validatePodAffinity(podAffinity, report.at('podAffinity'))
  if (podAntiAffinity) validatePodAffinity(podAntiAffinity, report.at('podAntiAffinity'))
}

function validateNodeAffinity(affinity: NonNullable<IAffinity['nodeAffinity']>, report: Report): void {
  const required = affinity[REQUIRED]
  if (required) validateNodeSelector(required, true, report.at(REQUIRED))
  for (const [i, { weight, preference }] of (affinity[PREFERRED] ?? []).entries()) {
    const at = report.at(PREFERRED, i)
    validateWeight(weight, at)
    // A bad value in a preference does no harm: it fits nowhere.
    validateNodeSelectorTerm(preference ?? {}, false, at.at('preference'))
  }
}

function validateWeight(weight: number | undefined, report: Report): void {
  if (!weight || weight < 0 || weight > 100) report.invalid('weight', weight ?? 0, 'must be in the range 1-100')
}

function validatePodAffinity(affinity: NonNullable<IAffinity['podAffinity']>, report: Report): void {
  for (const [i, term] of (affinity[REQUIRED] ?? []).entries()) validateTerm(term, report.at(REQUIRED, i))
  for (const [i, { weight, podAffinityTerm }] of (affinity[PREFERRED] ?? []).entries()) {
    const at = report.at(PREFERRED, i)
    validateWeight(weight, at)
    validateTerm(podAffinityTerm, at.at('podAffinityTerm'))
  }
}

function validateTerm(term: IPodAffinityTerm, report: Report): void {
  const { labelSelector, namespaceSelector, namespaces = [], topologyKey = '' } = term ?? {}
  validateLabelSelector(labelSelector, report.at('labelSelector'))
  validateLabelSelector(namespaceSelector, report.at('namespaceSelector'))
  for (const name of namespaces) invalidEach(report, 'namespace', name, nameIsDns1123Label(name, false))
  validateMatchLabelKeys(term ?? {}, report)
  if (!topologyKey) report.required('topologyKey', 'can not be empty')
  invalidEach(report, 'topologyKey', topologyKey, qualifiedName(topologyKey))
}

/** What is wrong with tolerations; `report` stands at the list. */
export function validateTolerations(tolerations: readonly IToleration[], report: Report): void {
  for (const [i, toleration] of tolerations.entries()) validateToleration(toleration, report.at(i))
}

function validateToleration(toleration: IToleration, report: Report): void {
  const { key, value = '', effect, tolerationSeconds } = toleration
  const operator: string = toleration.operator ?? ''
  if (key) invalidEach(report, 'key', key, qualifiedName(key))
  if (!key && operator !== 'Exists') report.invalid('operator', operator, NO_KEY)
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    report.invalid('effect', effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set")
  }
  if (operator === '' || operator === 'Equal') {
    const messages = validLabelValue(value)
    if (messages.length) report.invalid('operator', value, messages.join(';'))
  } else if (operator === 'Exists') {
    if (value) report.invalid('operator', value, "value must be empty when `operator` is 'Exists'")
  } else {
    const comparison = operator === 'Gt' || operator === 'Lt'
    report.notSupported('operator', operator, comparison ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists'])
  }
  if (effect) optionalOneOf(report, 'effect', effect, TAINT_EFFECTS)
}

const NO_KEY = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
