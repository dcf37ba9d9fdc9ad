import type { ILabelSelector } from '@kubernetes-models/apimachinery/apis/meta/v1/LabelSelector'
import type { INodeSelectorTerm } from 'kubernetes-models/v1/NodeSelectorTerm'
import { validLabelValue } from '../../names.ts'
import type { Warnings } from '../../warnings.ts'

const DEPRECATED: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
}

/** What to use instead of a node label, when it is one of those that were given up. */
export function deprecatedNodeLabel(key: string): string | undefined {
  return Object.hasOwn(DEPRECATED, key) ? DEPRECATED[key] : undefined
}

/** Warns of labels that were given up in a term that selects nodes; `warn` stands at the term. */
export function warnOfNodeSelectorTerm({ matchExpressions = [] }: INodeSelectorTerm, warn: Warnings): void {
  for (const [i, { key }] of matchExpressions.entries()) warnOfKey(`matchExpressions[${i}].key`, key, warn)
}

/** Warns of what a preference asks for in vain: labels that were given up, and values that no label can have. */
export function warnOfPreference(term: INodeSelectorTerm, warn: Warnings): void {
  for (const [i, { key, values = [] }] of (term.matchExpressions ?? []).entries()) {
    warnOfKey(`matchExpressions[${i}].key`, key, warn)
    for (const [j, value] of values.entries()) {
      for (const message of validLabelValue(value)) {
        warn.add(`matchExpressions[${i}].values[${j}]`, `${value} is invalid, ${message}`)
      }
    }
  }
}

/** Warns of node labels that were given up in a label selector; `warn` stands at it. */
export function warnOfNodeLabels({ matchExpressions = [], matchLabels = {} }: ILabelSelector, warn: Warnings): void {
  for (const [i, { key }] of matchExpressions.entries()) warnOfKey(`matchExpressions[${i}].key`, key, warn)
  for (const key of Object.keys(matchLabels)) {
    const why = deprecatedNodeLabel(key)
    if (why) warn.at('matchLabels').add(key, why)
  }
}

function warnOfKey(path: string, key: string, warn: Warnings): void {
  const why = deprecatedNodeLabel(key)
  if (why) warn.add(path, `${key} is ${why}`)
}
