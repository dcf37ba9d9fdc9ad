import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress'
import type { IIngressRule } from 'kubernetes-models/networking.k8s.io/v1/IngressRule'
import type { IIngressTLS } from 'kubernetes-models/networking.k8s.io/v1/IngressTLS'
import { ipFamily, validIp } from '../../ip.ts'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { dns1123Subdomain, nameIsDns1123Subdomain, wildcardDns1123Subdomain } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach } from '../check.ts'
import { validateBackend, validatePath } from './ingress-backend.ts'
import { warnOfLoadBalancer } from '../ip-warnings.ts'

export type Ingress = Served<IIngress>

/** What named the class before `ingressClassName` did. */
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'
const NO_IP = 'must be a DNS name, not an IP address'
/** How many hosts the table shows. */
const SHOWN_MAX = 3

export const Ingress = defineKind<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  scope: 'Namespaced',
  status: true,

  defaults(ingress) {
    ingress.spec ??= {}
  },

  prepareCreate(ingress) {
    ingress.status = { loadBalancer: {} }
  },

  validate({ spec }, report) {
    const { rules = [], defaultBackend, tls = [], ingressClassName } = spec
    const at = report.at('spec')
    if (rules.length === 0 && !defaultBackend) {
      report.invalid('spec', rules, 'either `defaultBackend` or `rules` must be specified')
    }
    if (defaultBackend) validateBackend(defaultBackend, at.at('defaultBackend'))
    for (const [i, rule] of rules.entries()) validateRule(rule, at.at('rules', i))
    for (const [i, entry] of tls.entries()) validateTls(entry, at.at('tls', i))
    if (ingressClassName !== undefined) {
      invalidEach(at, 'ingressClassName', ingressClassName, nameIsDns1123Subdomain(ingressClassName, false))
    }
  },

  validateCreate({ metadata: { annotations }, spec: { ingressClassName } }, report) {
    const annotation = annotations?.[CLASS_ANNOTATION]
    if (annotation === undefined || ingressClassName === undefined || annotation === ingressClassName) return
    const why = 'must match `ingressClassName` when both are specified'
    report.invalid(`annotations.${CLASS_ANNOTATION}`, annotation, why)
  },

  validateStatusUpdate({ status }, _old, report) {
    for (const [i, { ip, hostname }] of (status.loadBalancer?.ingress ?? []).entries()) {
      const at = report.at('status', 'loadBalancer', 'ingress', i)
      if (ip) invalidEach(at, 'ip', ip, validIp(ip))
      if (!hostname) continue
      invalidEach(at, 'hostname', hostname, dns1123Subdomain(hostname))
      if (ipFamily(hostname)) at.invalid('hostname', hostname, NO_IP)
    }
  },

  warnings({ metadata, spec }, old, warn) {
    if (old || spec.ingressClassName !== undefined || metadata.annotations?.[CLASS_ANNOTATION] === undefined) return
    warn.say(`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`)
  },

  statusWarnings: ({ status }, warn) => warnOfLoadBalancer(status, warn.at('status')),

  columns: [
    ['Class', ({ spec }) => spec.ingressClassName ?? '<none>'],
    ['Hosts', ({ spec }) => hostsText(spec.rules ?? [])],
    ['Address', addressText],
    ['Ports', ({ spec }) => (spec.tls?.length ? '80, 443' : '80')],
    age,
  ],
})

function hostsText(rules: readonly IIngressRule[]): string {
  const named = [...rules.entries()].filter(([, { host }]) => host)
  if (named.length === 0) return '*'
  const shown = named.slice(0, SHOWN_MAX).map(([, { host }]) => host)
  const lastShown = named[SHOWN_MAX - 1]?.[0] ?? rules.length
  // As upstream does, what is left out is counted in rules, with a host or without.
  return lastShown < rules.length - 1 ? `${shown.join(',')} + ${rules.length - SHOWN_MAX} more...` : shown.join(',')
}

function addressText({ status }: Ingress): string {
  const points = (status.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip || hostname || [])
  return [...new Set(points)].sort().join(',')
}

function validateHost(host: string, path: string, report: Report): void {
  invalidEach(report, path, host, host.includes('*') ? wildcardDns1123Subdomain(host) : dns1123Subdomain(host))
}

function validateRule({ host, http }: IIngressRule, report: Report): void {
  if (host) {
    if (ipFamily(host)) report.invalid('host', host, NO_IP)
    validateHost(host, 'host', report)
  }
  if (!http) return
  const { paths = [] } = http
  if (paths.length === 0) report.required('http.paths')
  for (const [i, path] of paths.entries()) validatePath(path, report.at('http', 'paths', i))
}

function validateTls({ hosts = [], secretName }: IIngressTLS, report: Report): void {
  for (const [i, host] of hosts.entries()) validateHost(host, `hosts[${i}]`, report)
  if (secretName) invalidEach(report, 'secretName', secretName, nameIsDns1123Subdomain(secretName, false))
}
