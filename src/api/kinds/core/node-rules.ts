import type { INode } from 'kubernetes-models/v1/Node'
import type { Served } from '../../meta.ts'
import { ipFamily, validCidr } from '../../ip.ts'
import { qualifiedName, validLabelValue } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach, optionalOneOf } from '../check.ts'
import { TAINT_EFFECTS } from './pod-spec/scheduling.ts'
import { validateAmount } from './resource-names.ts'

type Node = Served<INode>

/** What is wrong with a node. Upstream tells of its taints at `metadata.taints`, where they never were. */
export function validateNode({ spec, status }: Node, report: Report): void {
  validateTaints(spec?.taints ?? [], report.at('metadata', 'taints'))
  validateNodeAmounts(status, report)
  const cidrs = spec?.podCIDRs ?? []
  for (const [i, cidr] of cidrs.entries()) invalidEach(report.at('spec', 'podCIDRs', i), '', cidr, validCidr(cidr))
  const families = new Set(cidrs.map((cidr) => ipFamily(cidr.split('/')[0] ?? '')))
  if (families.size !== cidrs.length) {
    report.invalid('spec.podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family')
  }
}

type Taint = NonNullable<Node['spec']['taints']>[number]

function validateTaints(taints: readonly Taint[], report: Report): void {
  const seen = new Set<string>()
  for (const [i, taint] of taints.entries()) {
    const at = report.at(i)
    const { key = '', value = '', effect } = taint as Partial<Taint>
    invalidEach(at, 'key', key, qualifiedName(key))
    const messages = validLabelValue(value)
    if (messages.length) at.invalid('value', value, messages.join(';'))
    if (!effect) at.required('effect')
    else optionalOneOf(at, 'effect', effect, TAINT_EFFECTS)
    if (seen.has(`${effect} ${key}`)) at.duplicate('', taint, 'taints must be unique by key and effect pair')
    seen.add(`${effect} ${key}`)
  }
}

/** What is wrong with what a node says it has. */
export function validateNodeAmounts(status: Node['status'] | undefined, report: Report): void {
  for (const list of ['capacity', 'allocatable'] as const) {
    for (const [name, amount] of Object.entries(status?.[list] ?? {})) {
      validateAmount(report.at('status', list), name, name, amount)
    }
  }
}

const ONCE = 'except from "" to valid'

/** What an update may not do to a node: what it was given once stays. */
export function validateNodeUpdate(next: Node, old: Node, report: Report): void {
  validateAddresses(next, report)
  const { podCIDRs: before = [], providerID } = old.spec ?? {}
  const now = next.spec?.podCIDRs ?? []
  if (before.length && (before.length !== now.length || before.some((cidr, i) => cidr !== now[i]))) {
    report.forbidden('spec.podCIDRs', `node updates may not change podCIDR ${ONCE}`)
  }
  if (providerID && providerID !== next.spec?.providerID) {
    report.forbidden('spec.providerID', `node updates may not change providerID ${ONCE}`)
  }
}

/** What a status may not say of a node. */
export function validateNodeStatus(next: Node, old: Node, report: Report): void {
  validateNodeAmounts(next.status, report)
  validateNodeUpdate(next, old, report)
}

function validateAddresses({ status }: Node, report: Report): void {
  const seen = new Set<string>()
  for (const [i, address] of (status?.addresses ?? []).entries()) {
    const key = `${address.type} ${address.address}`
    if (seen.has(key)) report.at('status', 'addresses', i).duplicate('', address)
    seen.add(key)
  }
}
