import type { IMutatingWebhook } from 'kubernetes-models/admissionregistration.k8s.io/v1/MutatingWebhook'
import type { IValidatingWebhook } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingWebhook'
import { dns1035Label, fullyQualifiedName } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach, optionalOneOf } from '../check.ts'
import { rejectDuplicates } from '../duplicates.ts'
import { validateLabelSelector } from '../label-selector.ts'
import { validateMatchConditions } from './match-conditions.ts'
import { defaultRules, MATCH_POLICIES, validateRule } from './match-rules.ts'
import { validateClientConfig } from './client-config.ts'

/** What the webhooks of both kinds have in common. */
export type Webhook = IValidatingWebhook | IMutatingWebhook

const PORT = 443
const TIMEOUT_SECONDS = 10
const TIMEOUT_MAX_SECONDS = 30
const FAILURE_POLICIES = ['Fail', 'Ignore']
const SIDE_EFFECTS = ['None', 'NoneOnDryRun']
/** The versions of AdmissionReview that the server speaks. */
const REVIEW_VERSIONS = ['v1', 'v1beta1']

export function defaultWebhook(hook: Webhook): void {
  hook.failurePolicy ??= 'Fail'
  hook.matchPolicy ??= 'Equivalent'
  hook.namespaceSelector ??= {}
  hook.objectSelector ??= {}
  hook.timeoutSeconds ??= TIMEOUT_SECONDS
  hook.clientConfig ??= {}
  if (hook.clientConfig.service) hook.clientConfig.service.port ??= PORT
  defaultRules(hook.rules)
}

/** What is wrong with the webhooks of a configuration; `report` stands at the configuration. */
export function validateWebhooks(hooks: readonly Webhook[] = [], report: Report): void {
  for (const [i, hook] of hooks.entries()) {
    validateWebhook(hook, report.at('webhooks', i))
    validateReviewVersions(hook.admissionReviewVersions ?? [], report.at('webhooks', i))
  }
  const named = [...hooks.entries()].filter(([, { name }]) => name)
  const names = named.map(([, { name }]) => name)
  rejectDuplicates(report, names, (i) => `webhooks[${named[i]?.[0]}].name`)
}

function validateWebhook(hook: Webhook, report: Report): void {
  const { name = '', rules = [], sideEffects, timeoutSeconds = TIMEOUT_SECONDS } = hook
  if (name === '') report.required('name')
  else invalidEach(report, 'name', name, fullyQualifiedName(name))
  for (const [i, rule] of rules.entries()) validateRule(rule, report.at('rules', i))
  optionalOneOf(report, 'failurePolicy', hook.failurePolicy, FAILURE_POLICIES)
  optionalOneOf(report, 'matchPolicy', hook.matchPolicy, MATCH_POLICIES)
  if (sideEffects === undefined) report.required('sideEffects', `must specify one of ${SIDE_EFFECTS.join(', ')}`)
  optionalOneOf(report, 'sideEffects', sideEffects, SIDE_EFFECTS)
  if (timeoutSeconds < 1 || timeoutSeconds > TIMEOUT_MAX_SECONDS) {
    report.invalid('timeoutSeconds', timeoutSeconds, 'the timeout value must be between 1 and 30 seconds')
  }
  validateLabelSelector(hook.namespaceSelector, report.at('namespaceSelector'))
  validateLabelSelector(hook.objectSelector, report.at('objectSelector'))
  validateClientConfig(hook.clientConfig, report.at('clientConfig'))
  validateMatchConditions(hook.matchConditions, report.at('matchConditions'))
}

function validateReviewVersions(versions: readonly string[], report: Report): void {
  const path = 'admissionReviewVersions'
  const accepted = REVIEW_VERSIONS.join(', ')
  if (versions.length === 0) return report.required(path, `must specify one of ${accepted}`)
  for (const [i, version] of versions.entries()) {
    if (versions.indexOf(version) < i) report.invalid(`${path}[${i}]`, version, 'duplicate version')
    else invalidEach(report, `${path}[${i}]`, version, dns1035Label(version))
  }
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    report.invalid(path, versions, `must include at least one of ${accepted}`)
  }
}
