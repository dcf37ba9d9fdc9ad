import type { IService } from 'kubernetes-models/v1/Service'
import type { Served } from '../../../meta.ts'
import { ipFamily, validIp } from '../../../ip.ts'
import type { Report } from '../../../report.ts'
import { invalidEach, optionalOneOf } from '../../check.ts'

type Service = Served<IService>

type Spec = Service['spec']

const FAMILIES = ['IPv4', 'IPv6']
const FAMILY_POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack']

/** A service without an address of its own: its name stands for its pods. */
export function isHeadless({ clusterIPs }: Spec): boolean {
  return clusterIPs?.length === 1 && clusterIPs[0] === 'None'
}

/** What is wrong with the cluster addresses of a service and their families; `report` stands at the spec. */
export function validateClusterIps(spec: Spec, report: Report): void {
  if (spec.type === 'ExternalName') return
  const { clusterIP, clusterIPs = [], ipFamilies = [] } = spec
  if (clusterIP) {
    if (clusterIPs.length === 0) report.required('clusterIPs')
    else if (clusterIPs[0] !== clusterIP) {
      report.invalid('clusterIPs', clusterIPs, 'first value must match `clusterIP`')
    }
  } else if (clusterIPs.length) {
    report.invalid('clusterIPs', clusterIPs, 'must be empty when `clusterIP` is not specified')
  }
  const seen = new Set<string>()
  for (const [i, family] of ipFamilies.entries()) {
    const at = report.at('ipFamilies', i)
    optionalOneOf(at, '', family, FAMILIES)
    if (seen.has(family)) at.duplicate('', family)
    seen.add(family)
  }
  optionalOneOf(report, 'ipFamilyPolicy', spec.ipFamilyPolicy, FAMILY_POLICIES)
  if (validateEach(clusterIPs, report)) validateFamilies(spec, report)
}

/** Answers whether every one of them is an address, so that their families can be compared. */
function validateEach(ips: string[], report: Report): boolean {
  let good = true
  for (const [i, ip] of ips.entries()) {
    if (i === 0 && ip === 'None') {
      if (ips.length === 1) continue
      report.invalid('clusterIPs', ips, "'None' must be the first and only value")
      good = false
      continue
    }
    const messages = validIp(ip)
    invalidEach(report.at('clusterIPs', i), '', ip, messages)
    if (messages.length) good = false
  }
  if (ips.length > 2) report.invalid('clusterIPs', ips, 'may only hold up to 2 values')
  return good
}

function validateFamilies(spec: Spec, report: Report): void {
  const { clusterIPs = [], ipFamilies = [] } = spec
  if (clusterIPs.length > 1 && new Set(clusterIPs.map(ipFamily)).size !== clusterIPs.length) {
    report.invalid('clusterIPs', clusterIPs, 'may specify no more than one IP for each IP family')
  }
  if (isHeadless(spec)) return
  for (const [i, ip] of clusterIPs.entries()) {
    const family = ipFamilies[i]
    if (!family || family === ipFamily(ip)) continue
    report.at('clusterIPs', i).invalid('', ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``)
  }
}

const CHANGED = 'may not change once set'

/** The first address and family stay; a second may come and go. */
export function validateAddressUpdate(next: Spec, old: Spec, report: Report): void {
  if (next.type === 'ExternalName' || old.type === 'ExternalName') return
  const headless = isHeadless(next)
  const wasHeadless = isHeadless(old)
  if (!headless || !wasHeadless) validateIpChange(next, old, report)
  if (!headless && !wasHeadless) validateFamilyChange(next, old, report)
}

function validateIpChange(next: Spec, old: Spec, report: Report): void {
  const { clusterIPs: now = [] } = next
  const { clusterIPs: before = [] } = old
  if (now.length === before.length) {
    for (const [i, ip] of before.entries()) {
      if (ip !== now[i]) report.at('clusterIPs', i).invalid('', now, CHANGED)
    }
    return
  }
  const first = report.at('clusterIPs', 0)
  if (now.length === 0) first.invalid('', now, 'primary clusterIP can not be unset')
  else if (before.length > 0 && now[0] !== before[0]) first.invalid('', now, CHANGED)
  if (before.length > now.length) requireSingleStack(next, now, 'clusterIP', report)
}

function validateFamilyChange(next: Spec, old: Spec, report: Report): void {
  const { ipFamilies: now = [] } = next
  const { ipFamilies: before = [] } = old
  const first = report.at('ipFamilies', 0)
  if (now.length === before.length) {
    for (const [i, family] of before.entries()) if (family !== now[i]) first.invalid('', now, CHANGED)
    return
  }
  if (before.length > now.length && !next.clusterIPs?.length) {
    first.invalid('', now, 'primary ipFamily can not be unset')
  }
  if (now.length && before.length && now[0] !== before[0]) first.invalid('', next.clusterIPs ?? null, CHANGED)
  if (before.length > now.length) requireSingleStack(next, now, 'ipFamily', report)
}

/** Who gives up the second of two says so. */
function requireSingleStack({ ipFamilyPolicy }: Spec, left: readonly string[], what: string, report: Report): void {
  if (left.length !== 1 || ipFamilyPolicy === 'SingleStack') return
  report.invalid(
    'ipFamilyPolicy',
    ipFamilyPolicy ?? null,
    `must be set to 'SingleStack' when releasing the secondary ${what}`,
  )
}
