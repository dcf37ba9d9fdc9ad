import type { IValidatingWebhookConfiguration } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { defaultWebhook, validateWebhooks } from './webhook.ts'
import { warnOfStaticName } from './static-name.ts'

export type ValidatingWebhookConfiguration = Served<IValidatingWebhookConfiguration>

export const ValidatingWebhookConfiguration = defineKind<ValidatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  categories: ['api-extensions'],
  scope: 'Cluster',
  allowUnconditionalUpdate: false,
  generation: true,

  defaults({ webhooks = [] }) {
    for (const hook of webhooks) defaultWebhook(hook)
  },

  warnings: warnOfStaticName,

  validate({ webhooks }, report) {
    validateWebhooks(webhooks, report)
  },

  columns: [['Webhooks', ({ webhooks }) => webhooks?.length ?? 0, { type: 'integer' }], age],
})
