import type { IServiceCIDR } from 'kubernetes-models/networking.k8s.io/v1/ServiceCIDR'
import { ipFamily } from '../../ip.ts'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { IMMUTABLE } from '../../object-meta.ts'
import { invalidEach } from '../check.ts'
import { keepMetadata } from '../keep-metadata.ts'
import { strictCidr } from '../strict-ip.ts'

export type ServiceCIDR = Served<IServiceCIDR>

/** One for each family. */
const CIDRS_MAX = 2
const ONE_OF_EACH = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'

export const ServiceCIDR = defineKind<ServiceCIDR>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  scope: 'Cluster',
  status: true,
  generation: false,

  defaults(range) {
    range.spec ??= {}
  },

  prepareStatusUpdate: keepMetadata,

  validate({ spec }, report) {
    const { cidrs = [] } = spec
    const at = report.at('spec', 'cidrs')
    if (cidrs.length === 0) return at.required('', 'at least one CIDR required')
    if (cidrs.length > CIDRS_MAX) return at.invalid('', spec, 'may only hold up to 2 values')
    for (const [i, cidr] of cidrs.entries()) invalidEach(at, `[${i}]`, cidr, strictCidr(cidr))
    const [first, second] = cidrs.map((cidr) => ipFamily(cidr.split('/')[0] ?? ''))
    if (first && first === second) at.invalid('', cidrs, ONE_OF_EACH)
  },

  // A second family may be added; what is there stays, since addresses have been given out of it.
  validateUpdate({ spec: { cidrs: next = [] } }, { spec: { cidrs: old = [] } }, report) {
    const at = report.at('spec', 'cidrs')
    const isSame = next.length === old.length
    if (!isSame && !(old.length === 1 && next.length === CIDRS_MAX)) return at.invalid('', next, IMMUTABLE)
    for (const [i, cidr] of old.entries()) {
      if (next[i] !== cidr) at.invalid(`[${i}]`, next[i], IMMUTABLE)
    }
  },

  columns: [['CIDRs', ({ spec }) => (spec.cidrs ?? []).join(',')], age],
})
