import type { IService } from 'kubernetes-models/v1/Service'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { nameIsDns1123Label } from '../../names.ts'
import { formatLabels, orNone } from '../printing.ts'
import { defaultService } from './service/defaults.ts'
import {
  dropTypeDependentFields,
  validateService,
  validateServiceStatus,
  validateServiceUpdate,
} from './service/validate.ts'
import { warnOfService } from './service/warnings.ts'
import { warnOfLoadBalancer } from '../ip-warnings.ts'

export type Service = Served<IService>

export const Service = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  scope: 'Namespaced',
  returnDeletedObject: true,
  nameRule: nameIsDns1123Label,
  status: true,
  generation: false,
  createOnUpdate: true,
  subresources: [
    {
      name: 'proxy',
      speaks: { group: '', version: 'v1', kind: 'ServiceProxyOptions' },
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
    },
  ],
  columns: [
    ['Type', ({ spec }) => spec.type ?? '', { description: 'How the service is exposed.' }],
    ['Cluster-IP', ({ spec }) => spec.clusterIPs?.[0] ?? '<none>', { description: 'Its address inside the cluster.' }],
    ['External-IP', externalAddress, { description: 'Its addresses outside the cluster.' }],
    ['Port(s)', portsText, { description: 'The ports it listens on.' }],
    age,
    ['Selector', ({ spec }) => formatLabels(spec.selector), { priority: 1, description: 'Which pods it leads to.' }],
  ],
  fieldSelectors: {
    'spec.clusterIP': ({ spec }) => spec.clusterIP ?? '',
    'spec.type': ({ spec }) => spec.type ?? '',
  },

  defaults: defaultService,
  prepareUpdate: dropTypeDependentFields,
  warnings: ({ metadata, spec }, _old, warn) => warnOfService(metadata.annotations, spec, warn),
  statusWarnings: ({ status }, warn) => warnOfLoadBalancer(status, warn.at('status')),
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  validateStatusUpdate: (service, _old, report) => validateServiceStatus(service, report),
})

function externalAddress({ spec, status }: Service): string {
  const external = spec.externalIPs ?? []
  switch (spec.type) {
    case 'ClusterIP':
    case 'NodePort':
      return orNone(external.join(','))
    case 'LoadBalancer': {
      const given = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip || hostname || [])
      return [...[...new Set(given)].sort(), ...external].join(',') || '<pending>'
    }
    case 'ExternalName':
      return spec.externalName ?? ''
    default:
      return '<unknown>'
  }
}

function portsText({ spec: { ports = [] } }: Service): string {
  return orNone(
    ports
      .map(({ port, nodePort, protocol }) => (nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`))
      .join(','),
  )
}
