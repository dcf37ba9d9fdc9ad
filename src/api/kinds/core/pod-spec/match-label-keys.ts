import type { ILabelSelector } from '@kubernetes-models/apimachinery/apis/meta/v1/LabelSelector'
import { qualifiedName } from '../../../names.ts'
import type { Report } from '../../../report.ts'
import { invalidEach } from '../../check.ts'
import type { PodSpec } from './types.ts'

/** A selector that also takes the pod's own values of some labels. */
interface WithKeys {
  labelSelector?: ILabelSelector
  matchLabelKeys?: string[]
  mismatchLabelKeys?: string[]
}

/** What is wrong with the keys; `report` stands at the term. */
export function validateMatchLabelKeys(term: WithKeys, report: Report): void {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term
  validateKeys(matchLabelKeys, labelSelector, report.at('matchLabelKeys'))
  validateKeys(mismatchLabelKeys, labelSelector, report.at('mismatchLabelKeys'))
  validateOverlap(matchLabelKeys, labelSelector, report)
  for (const [i, key] of matchLabelKeys.entries()) {
    if (mismatchLabelKeys.includes(key)) {
      report.at('matchLabelKeys', i).invalid('', key, 'exists in both matchLabelKeys and mismatchLabelKeys')
    }
  }
}

function validateKeys(keys: readonly string[], selector: ILabelSelector | undefined, report: Report): void {
  if (keys.length === 0) return
  if (!selector) return report.forbidden('', 'must not be specified when labelSelector is not set')
  for (const [i, key] of keys.entries()) invalidEach(report.at(i), '', key, qualifiedName(key))
}

/** The pod's own values were written into the selector when it was created; a second mention of the key is too much. */
function validateOverlap(keys: readonly string[], selector: ILabelSelector | undefined, report: Report): void {
  const seen = new Set(Object.keys(selector?.matchLabels ?? {}))
  for (const { key } of selector?.matchExpressions ?? []) {
    const i = keys.lastIndexOf(key)
    if (i >= 0 && seen.has(key)) report.at(i).invalid('', key, 'exists in both matchLabelKeys and labelSelector')
    seen.add(key)
  }
}

/** Writes the pod's own values of the named labels into its selectors, in place, as upstream does on create. */
export function applyMatchLabelKeys(spec: PodSpec, labels: Readonly<Record<string, string>> = {}): void {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {}
  const terms: WithKeys[] = [podAffinity, podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => term.podAffinityTerm),
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
  ])
  for (const term of [...terms, ...(spec.topologySpreadConstraints ?? [])]) applyKeys(term, labels)
}

function applyKeys(term: WithKeys | undefined, labels: Readonly<Record<string, string>>): void {
  const selector = term?.labelSelector
  if (!selector) return
  const add = (keys: readonly string[] | undefined, operator: 'In' | 'NotIn') => {
    for (const key of keys ?? []) {
      const value = labels[key]
      if (value !== undefined) (selector.matchExpressions ??= []).push({ key, operator, values: [value] })
    }
  }
  add(term.matchLabelKeys, 'In')
  add(term.mismatchLabelKeys, 'NotIn')
}
