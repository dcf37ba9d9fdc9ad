import type { IFlowSchema } from 'kubernetes-models/flowcontrol.apiserver.k8s.io/v1/FlowSchema'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { nameIsDns1123Subdomain } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach } from '../check.ts'
import { keepMetadata } from '../keep-metadata.ts'
import { validateConditionTypes } from './conditions.ts'
import { validateFlowRule } from './rules.ts'

export type FlowSchema = Served<IFlowSchema>

const PRECEDENCE = 1000
const PRECEDENCE_MAX = 10_000
const DISTINGUISHERS = ['ByNamespace', 'ByUser']

export const FlowSchema = defineKind<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  scope: 'Cluster',
  status: true,

  defaults(schema) {
    schema.spec ??= {} as FlowSchema['spec']
    schema.spec.priorityLevelConfiguration ??= { name: '' }
    schema.spec.matchingPrecedence ||= PRECEDENCE
  },

  prepareStatusUpdate: keepMetadata,

  validate({ metadata, spec }, report) {
    const at = report.at('spec')
    validatePrecedence(metadata.name, spec.matchingPrecedence ?? 0, at)
    const { distinguisherMethod: method, priorityLevelConfiguration: level, rules = [] } = spec
    if (method && !DISTINGUISHERS.includes(method.type)) {
      at.notSupported('distinguisherMethod.type', method, DISTINGUISHERS)
    }
    const path = 'priorityLevelConfiguration.name'
    if (!level.name) at.required(path, 'must reference a priority level')
    else invalidEach(at, path, level.name, nameIsDns1123Subdomain(level.name, false))
    for (const [i, rule] of rules.entries()) validateFlowRule(rule, at.at('rules', i))
  },

  validateStatusUpdate({ status }, _old, report) {
    validateConditionTypes(status.conditions, report.at('status'))
  },

  columns: [
    ['PriorityLevel', ({ spec }) => spec.priorityLevelConfiguration.name],
    ['MatchingPrecedence', ({ spec }) => spec.matchingPrecedence ?? 0],
    ['DistinguisherMethod', ({ spec }) => spec.distinguisherMethod?.type ?? '<none>'],
    age,
    ['MissingPL', missingText],
  ],
})

/** Whether the level that the schema names is missing: True, False, or `?` as long as nobody looked. */
function missingText({ status }: FlowSchema): string {
  return status.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?'
}

function validatePrecedence(name: string, precedence: number, report: Report): void {
  const path = 'matchingPrecedence'
  if (precedence <= 0) report.invalid(path, precedence, 'must be a positive value')
  if (precedence > PRECEDENCE_MAX) report.invalid(path, precedence, `must not be greater than ${PRECEDENCE_MAX}`)
  if (precedence === 1 && name !== 'exempt') {
    report.invalid(path, precedence, "only the schema named 'exempt' may have matchingPrecedence 1")
  }
}
