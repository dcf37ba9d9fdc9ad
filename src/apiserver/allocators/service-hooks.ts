import { internalError, invalid } from '../../api/errors.ts'
import { Endpoints } from '../../api/kinds/core/endpoints.ts'
import { Service } from '../../api/kinds/core/service.ts'
import type { KubeObject } from '../../api/meta.ts'
import { type Report, report as newReport } from '../../api/report.ts'
import { type Context, keyFor } from '../context.ts'
import type { Hooks, Reservation } from '../strategy/hooks.ts'
import { planDelete } from '../strategy/plan-delete.ts'
import type { ClusterIps } from './cluster-ips.ts'
import { carryOver } from './carry-over.ts'
import type { NodePorts } from './node-ports.ts'

type Spec = Service['spec']

export interface ServiceAllocators {
  ips: ClusterIps
  ports: NodePorts
}

const NONE = 'None'

/** Gives services their addresses and node ports, and takes them back. */
export function serviceHooks(allocators: ServiceAllocators): Hooks {
  return {
    beginCreate: (object, dryRun) => reserve(allocators, object as Service, undefined, dryRun),
    beginUpdate: (object, old, dryRun) => reserve(allocators, object as Service, old as Service, dryRun),
    async afterDelete(object, context) {
      releaseAll(allocators, (object as Service).spec)
      await deleteEndpoints(context, object)
    },
  }
}

/** The addresses behind a service go with it, so that a new one of its name does not start with them. */
async function deleteEndpoints(
  { store, env }: Context,
  { metadata: { namespace = '', name } }: KubeObject,
): Promise<void> {
  await store.transform(keyFor(Endpoints, namespace, name), (current) => {
    if (!current) return 'unchanged'
    const plan = planDelete(Endpoints, current.object, {}, env.clock.now())
    if (plan.action === 'pending') return 'unchanged'
    return plan.action === 'remove' ? 'delete' : { ...current.object, metadata: plan.metadata }
  })
}

/** Marks what services that are there already have. */
export function recoverAllocations({ ips, ports }: ServiceAllocators, services: Iterable<KubeObject>): void {
  for (const service of services) {
    const { spec } = service as Service
    for (const ip of addressesOf(spec)) ips.take(ip)
    for (const port of nodePortsOf(spec)) ports.take(port)
  }
}

function reserve(
  allocators: ServiceAllocators,
  service: Service,
  old: Service | undefined,
  dryRun: boolean,
): Reservation {
  const { ips, ports } = allocators
  const { spec } = service
  const undo: (() => void)[] = []
  const revert = () => {
    for (const release of undo.splice(0)) release()
  }
  try {
    if (old) carryOver(spec, old.spec)
    else if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP]
    chooseFamilies(ips, service)
    const had = old && needsAddress(old.spec) ? old.spec : undefined
    if (needsAddress(spec) && !had) undo.push(...takeAddress(ips, service))
    undo.push(...takePorts(ports, service, old ? nodePortsOf(old.spec) : []))
  } catch (error) {
    revert()
    throw error
  }
  if (dryRun) revert()
  return { commit: () => !dryRun && old && releaseUnused(allocators, old.spec, spec), revert }
}

const isExternal = ({ type }: Spec) => type === 'ExternalName'

/** Headless services and names for something outside have no address. */
function needsAddress(spec: Spec): boolean {
  return !isExternal(spec) && spec.clusterIP !== NONE && spec.clusterIPs?.[0] !== NONE
}

/** Says which families the addresses are of: this cluster has one. */
function chooseFamilies({ family }: ClusterIps, service: Service): void {
  const { spec } = service
  if (isExternal(spec)) return
  const selectorless = Object.keys(spec.selector ?? {}).length === 0
  if (spec.clusterIP === NONE && selectorless) {
    // Whoever writes the endpoints may write them in either family.
    spec.ipFamilyPolicy ??= 'RequireDualStack'
    spec.ipFamilies = spec.ipFamilies?.length ? spec.ipFamilies : [family]
    if (spec.ipFamilyPolicy !== 'SingleStack' && spec.ipFamilies.length < 2) {
      spec.ipFamilies = [...spec.ipFamilies, spec.ipFamilies[0] === 'IPv4' ? 'IPv6' : 'IPv4']
    }
    return
  }
  spec.ipFamilyPolicy ??= 'SingleStack'
  check(service, (report) => checkFamilies(spec, family, report))
  spec.ipFamilies = spec.ipFamilies?.length ? spec.ipFamilies : [family]
}

function checkFamilies(spec: Spec, family: string, report: Report): void {
  if (spec.ipFamilyPolicy === 'RequireDualStack') {
    report.invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services')
  }
  for (const [i, wanted] of (spec.ipFamilies ?? []).entries()) {
    if (wanted !== family) report.invalid(`spec.ipFamilies[${i}]`, wanted, 'not configured on this cluster')
  }
}

function check(service: Service, judge: (report: Report) => void): void {
  const report = newReport()
  judge(report)
  if (report.causes.length) throw invalid(Service, service.metadata.name, report.causes)
}

/** Takes the address asked for, or any; answers how to give it back. */
function takeAddress(ips: ClusterIps, service: Service): (() => void)[] {
  const { spec, metadata } = service
  const asked = spec.clusterIPs?.[0] ?? ''
  const why = asked ? ips.take(asked) : undefined
  if (why) {
    const message = `failed to allocate IP ${asked}: ${why}`
    check(service, (report) => report.invalid('spec.clusterIPs', spec.clusterIPs, message))
  }
  const ip = asked || ips.takeAny()
  if (!ip) {
    throw internalError(`failed to allocate a serviceIP for Service ${JSON.stringify(metadata.name)}: range is full`)
  }
  spec.clusterIP = ip
  spec.clusterIPs = [ip]
  return [() => ips.release(ip)]
}

/** Whether the service is reached through ports of the nodes. */
function wantsPorts({ type, allocateLoadBalancerNodePorts }: Spec): boolean {
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)
}

const needsHealthPort = ({ type, externalTrafficPolicy }: Spec) =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local'

/** Takes the node ports that the service asks for or lacks, other than those it has already. */
function takePorts(ports: NodePorts, service: Service, had: readonly number[]): (() => void)[] {
  const { spec } = service
  const taken: number[] = []
  const release = () => taken.map((port) => () => ports.release(port))
  try {
    if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') {
      for (const [i, port] of (spec.ports ?? []).entries()) {
        if (!port.nodePort && !wantsPorts(spec)) continue
        port.nodePort = takePort(ports, service, port.nodePort, [...had, ...taken], `spec.ports[${i}].nodePort`, taken)
      }
    }
    if (needsHealthPort(spec)) {
      const path = 'spec.healthCheckNodePort'
      spec.healthCheckNodePort = takePort(ports, service, spec.healthCheckNodePort, had, path, taken)
    }
    return release()
  } catch (error) {
    for (const undo of release()) undo()
    throw error
  }
}

/** One port: that asked for (ports of two protocols may share it), or any. */
function takePort(
  ports: NodePorts,
  service: Service,
  asked: number | undefined,
  held: readonly number[],
  path: string,
  taken: number[],
): number {
  if (asked && held.includes(asked)) return asked
  const why = asked ? ports.take(asked) : undefined
  if (why) check(service, (report) => report.invalid(path, asked, why))
  const port = asked || ports.takeAny()
  if (!port) throw internalError('failed to allocate a nodePort: range is full')
  taken.push(port)
  return port
}

function addressesOf(spec: Spec): string[] {
  return needsAddress(spec) ? (spec.clusterIPs ?? []) : []
}

function nodePortsOf(spec: Spec): number[] {
  const health = needsHealthPort(spec) ? spec.healthCheckNodePort : undefined
  return [...(spec.ports ?? []).map(({ nodePort }) => nodePort), health].filter(
    (port) => port !== undefined && port > 0,
  ) as number[]
}

function releaseAll({ ips, ports }: ServiceAllocators, spec: Spec): void {
  for (const ip of addressesOf(spec)) ips.release(ip)
  for (const port of nodePortsOf(spec)) ports.release(port)
}

/** What the service had and has no longer. */
function releaseUnused({ ips, ports }: ServiceAllocators, old: Spec, now: Spec): void {
  for (const ip of addressesOf(old)) if (!addressesOf(now).includes(ip)) ips.release(ip)
  for (const port of nodePortsOf(old)) if (!nodePortsOf(now).includes(port)) ports.release(port)
}
