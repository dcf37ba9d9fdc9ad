import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'

export type ServiceAccount = Served<IServiceAccount>

export const ServiceAccount = defineKind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  scope: 'Namespaced',

  prepareCreate: onlyNames,
  prepareUpdate: onlyNames,

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
