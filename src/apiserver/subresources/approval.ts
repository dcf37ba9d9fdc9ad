import type { CertificateSigningRequest } from '../../api/kinds/certificates/certificate-signing-request.ts'
import { fillConditionTimes, validateStatus } from '../../api/kinds/certificates/request-status.ts'
import type { Subresource } from '../registry.ts'
import { take, type UpdateStrategy } from '../strategy/update-strategy.ts'
import { get } from '../verbs/get.ts'
import { patchWith } from '../verbs/patch.ts'
import { updateWith } from '../verbs/update.ts'

/** Only the conditions change: what is issued is the signer's. */
const approvalStrategy: UpdateStrategy = {
  subresource: 'approval',
  resetFields: [['spec'], ['status', 'certificate']],

  prepare(next, old, now) {
    const { conditions } = (next as unknown as CertificateSigningRequest).status ?? {}
    const before = (old as unknown as CertificateSigningRequest).status
    take(next, old, 'spec')
    const status = { ...before, ...(conditions && { conditions }) }
    if (!conditions) delete status.conditions
    fillConditionTimes(status, before, now)
    next.status = status
  },

  validate(next, old, report) {
    const [now, before] = [next, old] as unknown as CertificateSigningRequest[]
    validateStatus(now?.status ?? {}, before?.status, report.at('status'))
  },
}

/** The decision about a certificate request: `kubectl certificate approve` and `deny`. */
export const approval: Subresource = {
  get,
  update: (context, call, kind) => updateWith(context, call, kind, approvalStrategy),
  patch: (context, call, kind) => patchWith(context, call, kind, approvalStrategy),
}
