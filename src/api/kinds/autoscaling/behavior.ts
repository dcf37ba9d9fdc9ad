import type { IHPAScalingPolicy } from 'kubernetes-models/autoscaling/v2/HPAScalingPolicy'
import type { IHPAScalingRules } from 'kubernetes-models/autoscaling/v2/HPAScalingRules'
import { NEGATIVE } from '../../object-meta.ts'
import { compareQuantities } from '../../quantity.ts'
import type { Report } from '../../report.ts'
import { optionalOneOf } from '../check.ts'

const PERIOD_SECONDS = 15
const PERIOD_MAX_SECONDS = 1800
const WINDOW_MAX_SECONDS = 3600
const SELECT_POLICIES = ['Disabled', 'Max', 'Min']
const POLICY_TYPES = ['Percent', 'Pods']

const doubling: IHPAScalingPolicy = { type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS }
const fourPods: IHPAScalingPolicy = { type: 'Pods', value: 4, periodSeconds: PERIOD_SECONDS }

/** Up at once: by four pods or to twice as many, whichever is more. */
export function defaultScaleUp(rules: IHPAScalingRules = {}): IHPAScalingRules {
  return { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [{ ...fourPods }, { ...doubling }], ...rules }
}

/** Down as far as it goes; how long to wait before is a setting of the controller. */
export function defaultScaleDown(rules: IHPAScalingRules = {}): IHPAScalingRules {
  return { selectPolicy: 'Max', policies: [{ ...doubling }], ...rules }
}

/** What is wrong with the rules for one direction; `report` stands at them. */
export function validateScalingRules(rules: IHPAScalingRules | undefined, report: Report): void {
  if (!rules) return
  const { stabilizationWindowSeconds: window = 0, selectPolicy, policies = [], tolerance } = rules
  if (window < 0) report.invalid('stabilizationWindowSeconds', window, 'must be greater than or equal to zero')
  if (window > WINDOW_MAX_SECONDS) {
    report.invalid('stabilizationWindowSeconds', window, `must be less than or equal to ${WINDOW_MAX_SECONDS}`)
  }
  optionalOneOf(report, 'selectPolicy', selectPolicy, SELECT_POLICIES)
  if (policies.length === 0) report.required('policies', 'must specify at least one Policy')
  for (const [i, policy] of policies.entries()) validatePolicy(policy, report.at('policies', i))
  if (tolerance !== undefined && compareQuantities(tolerance, 0) < 0) report.invalid('tolerance', tolerance, NEGATIVE)
}

function validatePolicy({ type = '', value = 0, periodSeconds = 0 }: IHPAScalingPolicy, report: Report): void {
  if (!POLICY_TYPES.includes(type)) report.notSupported('type', type, POLICY_TYPES)
  if (value <= 0) report.invalid('value', value, 'must be greater than zero')
  if (periodSeconds <= 0) report.invalid('periodSeconds', periodSeconds, 'must be greater than zero')
  if (periodSeconds > PERIOD_MAX_SECONDS) {
    report.invalid('periodSeconds', periodSeconds, `must be less than or equal to ${PERIOD_MAX_SECONDS}`)
  }
}
