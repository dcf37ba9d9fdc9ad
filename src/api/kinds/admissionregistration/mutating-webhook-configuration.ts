import type { IMutatingWebhookConfiguration } from 'kubernetes-models/admissionregistration.k8s.io/v1/MutatingWebhookConfiguration'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { optionalOneOf } from '../check.ts'
import { REINVOCATION_POLICIES } from './policy.ts'
import { defaultWebhook, validateWebhooks } from './webhook.ts'
import { warnOfStaticName } from './static-name.ts'

export type MutatingWebhookConfiguration = Served<IMutatingWebhookConfiguration>

export const MutatingWebhookConfiguration = defineKind<MutatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  categories: ['api-extensions'],
  scope: 'Cluster',
  allowUnconditionalUpdate: false,
  generation: true,

  defaults({ webhooks = [] }) {
    for (const hook of webhooks) {
      defaultWebhook(hook)
      hook.reinvocationPolicy ??= 'Never'
    }
  },

  warnings: warnOfStaticName,

  validate({ webhooks = [] }, report) {
    validateWebhooks(webhooks, report)
    for (const [i, { reinvocationPolicy }] of webhooks.entries()) {
      optionalOneOf(report, `webhooks[${i}].reinvocationPolicy`, reinvocationPolicy, REINVOCATION_POLICIES)
    }
  },

  columns: [['Webhooks', ({ webhooks }) => webhooks?.length ?? 0, { type: 'integer' }], age],
})
