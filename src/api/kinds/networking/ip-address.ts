import type { IIPAddress } from 'kubernetes-models/networking.k8s.io/v1/IPAddress'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { dns1123Subdomain, pathSegment } from '../../names.ts'
import { invalidEach, requireName } from '../check.ts'
import { strictIp } from '../strict-ip.ts'

export type IPAddress = Served<IIPAddress>

export const IPAddress = defineKind<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  scope: 'Cluster',
  generation: false,
  nameRule: (name) => strictIp(name),
  immutable: ['spec.parentRef'],

  defaults(address) {
    address.spec ??= {} as IPAddress['spec']
  },

  validate({ spec: { parentRef } }, report) {
    if (!parentRef) return report.required('spec.parentRef')
    const { group, resource, name, namespace } = parentRef
    const at = report.at('spec', 'parentRef')
    // The group of services is empty, so a missing one is as good.
    if (group) invalidEach(at, 'group', group, dns1123Subdomain(group))
    requireName(at, 'resource', resource, pathSegment)
    requireName(at, 'name', name, pathSegment)
    if (namespace) invalidEach(at, 'namespace', namespace, pathSegment(namespace, false))
  },

  columns: [['ParentRef', parentText]],
})

/** `services/default/kubernetes`. */
function parentText({ spec: { parentRef } }: IPAddress): string {
  if (!parentRef) return '<none>'
  const { group, resource = '', namespace, name } = parentRef
  const parent = (group ? `${resource}.${group}` : resource).toLowerCase()
  return namespace ? `${parent}/${namespace}/${name}` : `${parent}/${name}`
}
