import { validIp } from '../../../ip.ts'
import { dns1123Label, dns1123Subdomain, dns1123SubdomainWithUnderscore } from '../../../names.ts'
import type { Report } from '../../../report.ts'
import { invalidEach, requireOneOf } from '../../check.ts'
import type { PodSpec } from './types.ts'

/** What the resolver of a Linux libc can take. */
const NAMESERVERS_MAX = 3
const SEARCHES_MAX = 32
const SEARCH_CHARACTERS_MAX = 2048
const HOSTNAME_MAX = 64

const POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']

/** What is wrong with the names a pod has and looks up; `report` stands at the spec. */
export function validateDns(spec: PodSpec, report: Report): void {
  const { dnsPolicy, dnsConfig, hostAliases = [], hostname, subdomain } = spec
  requireOneOf(report, 'dnsPolicy', dnsPolicy, POLICIES)
  validateDnsConfig(dnsPolicy, dnsConfig, report.at('dnsConfig'))
  if (hostname) invalidEach(report, 'hostname', hostname, dns1123Label(hostname))
  if (subdomain) invalidEach(report, 'subdomain', subdomain, dns1123Label(subdomain))
  validateHostnameOverride(spec, report)
  for (const [i, { ip = '', hostnames = [] }] of hostAliases.entries()) {
    const at = report.at('hostAliases', i)
    invalidEach(at, 'ip', ip, validIp(ip))
    for (const [j, name] of hostnames.entries()) invalidEach(at.at('hostnames', j), '', name, dns1123Subdomain(name))
  }
}

function validateDnsConfig(policy: string | undefined, config: PodSpec['dnsConfig'], report: Report): void {
  if (policy === 'None') {
    if (!config) return report.required('', 'must provide `dnsConfig` when `dnsPolicy` is None')
    if (!config.nameservers?.length) {
      return report.required('nameservers', 'must provide at least one DNS nameserver when `dnsPolicy` is None')
    }
  }
  const { nameservers = [], searches = [], options = [] } = config ?? {}
  if (nameservers.length > NAMESERVERS_MAX) {
    report.invalid('nameservers', nameservers, `must not have more than ${NAMESERVERS_MAX} nameservers`)
  }
  for (const [i, ip] of nameservers.entries()) invalidEach(report.at('nameservers', i), '', ip, validIp(ip))
  validateSearches(searches, report)
  for (const [i, { name }] of options.entries()) {
    if (!name) report.at('options', i).required('', 'must not be empty')
  }
}

function validateSearches(searches: string[], report: Report): void {
  if (searches.length > SEARCHES_MAX) {
    report.invalid('searches', searches, `must not have more than ${SEARCHES_MAX} search paths`)
  }
  if (searches.join(' ').length > SEARCH_CHARACTERS_MAX) {
    const why = `must not have more than ${SEARCH_CHARACTERS_MAX} characters (including spaces) in the search list`
    report.invalid('searches', searches, why)
  }
  for (const [i, search] of searches.entries()) {
    const name = search.replace(/\.$/, '')
    if (search !== '.') invalidEach(report.at('searches', i), '', name, dns1123SubdomainWithUnderscore(name))
  }
}

function validateHostnameOverride(spec: PodSpec, report: Report): void {
  const { hostnameOverride: name, setHostnameAsFQDN, hostNetwork } = spec
  if (name === undefined) return
  if (setHostnameAsFQDN) report.forbidden('hostnameOverride', 'may not be specified when setHostnameAsFQDN is true')
  if (hostNetwork) report.forbidden('hostnameOverride', 'may not be specified when hostNetwork is true')
  if (name.length > HOSTNAME_MAX) report.tooLong('hostnameOverride', HOSTNAME_MAX)
  invalidEach(report, 'hostnameOverride', name, dns1123Subdomain(name))
}
