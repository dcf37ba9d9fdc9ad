import type { ILimitResponse } from 'kubernetes-models/flowcontrol.apiserver.k8s.io/v1/LimitResponse'
import type { IPriorityLevelConfiguration } from 'kubernetes-models/flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration'
import type { IQueuingConfiguration } from 'kubernetes-models/flowcontrol.apiserver.k8s.io/v1/QueuingConfiguration'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { inRange } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach } from '../check.ts'
import { keepMetadata } from '../keep-metadata.ts'
import { validateConditionTypes } from './conditions.ts'

export type PriorityLevelConfiguration = Served<IPriorityLevelConfiguration>
type Spec = PriorityLevelConfiguration['spec']

const SHARES = 30
const QUEUES = 64
const QUEUES_MAX = 10_000_000
const HAND_SIZE = 8
const QUEUE_LENGTH = 50
/** How many bits of a hash dealing a hand of queues may use. */
const HASH_BITS_MAX = 60
const TYPES = ['Exempt', 'Limited']
const RESPONSES = ['Queue', 'Reject']
const NOT_NEGATIVE = 'must be a non-negative integer'

export const PriorityLevelConfiguration = defineKind<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  scope: 'Cluster',
  status: true,

  defaults(level) {
    level.spec ??= {} as Spec
    const { exempt, limited } = level.spec
    if (exempt) {
      exempt.nominalConcurrencyShares ??= 0
      exempt.lendablePercent ??= 0
    }
    if (!limited) return
    limited.nominalConcurrencyShares ??= SHARES
    limited.lendablePercent ??= 0
    limited.limitResponse ??= {} as ILimitResponse
    const { queuing } = limited.limitResponse
    if (!queuing) return
    queuing.handSize ||= HAND_SIZE
    queuing.queues ||= QUEUES
    queuing.queueLengthLimit ||= QUEUE_LENGTH
  },

  prepareStatusUpdate: keepMetadata,

  validate({ metadata, spec }, report) {
    const { type = '', exempt, limited } = spec
    const at = report.at('spec')
    if ((metadata.name === 'exempt') !== (type === 'Exempt')) {
      at.invalid('type', type, "must be 'Exempt' if and only if `name` is 'exempt'")
    }
    if (!TYPES.includes(type)) at.notSupported('type', type, TYPES)
    if (type === 'Exempt') {
      if (limited) at.forbidden('limited', 'must be nil if the type is not Limited')
      if (exempt) validateShares(exempt, at.at('exempt'))
    } else if (type === 'Limited') {
      if (exempt) at.forbidden('exempt', 'must be nil if the type is Limited')
      if (!limited) at.required('limited', 'must not be empty when type is Limited')
      else validateLimited(limited, at.at('limited'))
    }
  },

  validateStatusUpdate({ status }, _old, report) {
    validateConditionTypes(status.conditions, report.at('status'))
  },

  columns: [
    ['Type', ({ spec }) => spec.type],
    ['NominalConcurrencyShares', ({ spec }) => spec.limited?.nominalConcurrencyShares ?? '<none>'],
    ['Queues', ({ spec }) => queuingOf(spec)?.queues ?? '<none>'],
    ['HandSize', ({ spec }) => queuingOf(spec)?.handSize ?? '<none>'],
    ['QueueLengthLimit', ({ spec }) => queuingOf(spec)?.queueLengthLimit ?? '<none>'],
    age,
  ],
})

function queuingOf({ limited }: Spec): IQueuingConfiguration | undefined {
  return limited?.limitResponse?.queuing
}

interface Shares {
  nominalConcurrencyShares?: number
  lendablePercent?: number
}

function validateShares({ nominalConcurrencyShares = 0, lendablePercent = 0 }: Shares, report: Report): void {
  if (nominalConcurrencyShares < 0) report.invalid('nominalConcurrencyShares', nominalConcurrencyShares, NOT_NEGATIVE)
  invalidEach(report, 'lendablePercent', lendablePercent, inRange(lendablePercent, 0, 100))
}

function validateLimited(limited: NonNullable<Spec['limited']>, report: Report): void {
  validateShares(limited, report)
  const { borrowingLimitPercent = 0, limitResponse } = limited
  if (borrowingLimitPercent < 0) {
    report.invalid('borrowingLimitPercent', borrowingLimitPercent, `if specified, ${NOT_NEGATIVE}`)
  }
  const { type = '', queuing } = limitResponse ?? {}
  const at = report.at('limitResponse')
  if (!RESPONSES.includes(type)) at.notSupported('type', type, RESPONSES)
  else if (type === 'Reject') {
    if (queuing) at.forbidden('queuing', 'must be nil if limited.limitResponse.type is not Limited')
  } else if (!queuing) at.required('queuing', 'must not be empty if limited.limitResponse.type is Limited')
  else validateQueuing(queuing, at.at('queuing'))
}

function validateQueuing(queuing: IQueuingConfiguration, report: Report): void {
  const { queueLengthLimit = 0, queues = 0, handSize = 0 } = queuing
  if (queueLengthLimit <= 0) report.invalid('queueLengthLimit', queueLengthLimit, 'must be positive')
  if (queues <= 0) report.invalid('queues', queues, 'must be positive')
  else if (queues > QUEUES_MAX) report.invalid('queues', queues, `must not be greater than ${QUEUES_MAX}`)
  if (handSize <= 0) report.invalid('handSize', handSize, 'must be positive')
  else if (handSize > queues) report.invalid('handSize', handSize, `should not be greater than queues (${queues})`)
  else if (Math.ceil(Math.log2(queues) * handSize) > HASH_BITS_MAX) {
    const why = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${HASH_BITS_MAX}`
    report.invalid('handSize', handSize, why)
  }
}
