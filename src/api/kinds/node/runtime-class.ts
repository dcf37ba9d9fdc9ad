import type { IRuntimeClass } from 'kubernetes-models/node.k8s.io/v1/RuntimeClass'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { nameIsDns1123Label } from '../../names.ts'
import { validateLabels } from '../../object-meta.ts'
import type { Report } from '../../report.ts'
import { requireName } from '../check.ts'
import { validateContainerResources } from '../core/pod-spec/resources.ts'
import { validateTolerations } from '../core/pod-spec/scheduling.ts'
import { deprecatedNodeLabel } from '../core/node-labels.ts'

export type RuntimeClass = Served<IRuntimeClass>

export const RuntimeClass = defineKind<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  scope: 'Cluster',
  allowUnconditionalUpdate: false,
  createOnUpdate: true,
  immutable: ['handler'],

  validate({ handler, overhead, scheduling }, report) {
    requireName(report, 'handler', handler, nameIsDns1123Label)
    if (overhead) validateContainerResources({ limits: overhead.podFixed }, [], report.at('overhead'))
    if (scheduling) validateScheduling(scheduling, report.at('scheduling'))
  },

  warnings({ scheduling }, _old, warn) {
    for (const key of Object.keys(scheduling?.nodeSelector ?? {})) {
      const why = deprecatedNodeLabel(key)
      if (why) warn.add('scheduling.nodeSelector', why)
    }
  },

  columns: [['Handler', ({ handler }) => handler], age],
})

type Scheduling = NonNullable<RuntimeClass['scheduling']>

function validateScheduling({ nodeSelector, tolerations = [] }: Scheduling, report: Report): void {
  validateLabels(nodeSelector, 'nodeSelector', report)
  validateTolerations(tolerations, report.at('tolerations'))
  const keys = tolerations.map(({ key, operator, value, effect }) => [key, operator, value, effect].join('\n'))
  for (const [i, toleration] of tolerations.entries()) {
    if (keys.indexOf(keys[i] ?? '') < i) report.duplicate(`tolerations[${i}]`, toleration)
  }
}
