import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'

export type ServiceAccount = Served<IServiceAccount>

const ENFORCE_SECRETS = 'kubernetes.io/enforce-mountable-secrets'

export const ServiceAccount = defineKind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  scope: 'Namespaced',
  returnDeletedObject: true,

  prepareCreate: onlyNames,
  prepareUpdate: onlyNames,

  warnings({ metadata }, old, warn) {
    const has = (annotations?: Record<string, string>) => annotations?.[ENFORCE_SECRETS] !== undefined
    if (has(old?.metadata.annotations) || !has(metadata.annotations)) return
    const text = 'deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets'
    warn.add(`metadata.annotations[${ENFORCE_SECRETS}]`, text)
  },

  subresources: [
    {
      name: 'token',
      speaks: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
      verbs: ['create'],
    },
  ],
})

/** A reference to a secret is its name; whatever else a client wrote is dropped. */
function onlyNames(account: ServiceAccount): void {
  if (account.secrets) account.secrets = account.secrets.map(({ name }) => ({ name }))
}
