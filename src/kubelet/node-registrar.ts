import { deepEqual } from '../api/equal.ts'
import { isApiError } from '../api/errors.ts'
import { Lease } from '../api/kinds/coordination/lease.ts'
import { Node } from '../api/kinds/core/node.ts'
import type { Api } from '../client/api.ts'
import type { Fs } from '../os/fs.ts'
import { microTimestamp, sleep } from '../std/clock.ts'
import type { Env } from '../std/env.ts'
import type { Cri } from './cri/types.ts'
import { rpcMessage } from './cri/client.ts'
import type { KubeletEvents } from './events.ts'
import { availableMemoryBytes, type Machine } from './machine.ts'
import { conditionEvents, type NodeFindings, nodeLabels, nodeStatus } from './node-status.ts'

/** How often the node looks at itself; until it is ready it looks more often, and at first very often. */
const CHECK_MS = 10_000
const UNREADY_CHECK_MS = 10
const UNREADY_CHECK_MAX_MS = 200
/** A status in which nothing changed is repeated after this time. */
const REPORT_MS = 5 * 60_000
const LEASE_NAMESPACE = 'kube-node-lease'
const LEASE_SECONDS = 40
const LEASE_RENEW_MS = 10_000
const RETRY_MS = 500
const RETRY_MAX_MS = 7000

export interface RegistrarOptions {
  env: Env
  api: Api
  cri: Cri
  fs: Fs
  events: KubeletEvents
  machine: Machine
  nodeName: string
  nodeIPs: readonly string[]
  podCIDR?: string
  kubeletPort: number
  /** On whose file system pods write. */
  dataDir: string
  signal: AbortSignal
}

/** Keeps the API server informed about this node: its object, its status, and the Lease that says that it lives. */
export class NodeRegistrar {
  private readonly options: RegistrarOptions
  private node: Node | undefined
  private reportedAtMs = -Infinity
  private leaseOf: Lease | undefined

  constructor(options: RegistrarOptions) {
    this.options = options
  }

  /** Registers the node, and then reports for as long as the signal is not aborted. `reported` is called after the first time. */
  async run(reported: () => void): Promise<void> {
    const { signal } = this.options
    await this.retried('the node could not be registered', () => this.register())
    if (signal.aborted) return
    this.options.events.record(this.about(), 'Normal', 'Starting', 'Starting kubelet.')
    await Promise.all([this.reportStatus(reported), this.renewLease()])
  }

  private async register(): Promise<void> {
    const labels = nodeLabels(this.options.nodeName, this.options.machine)
    try {
      this.node = await this.adopt(labels)
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error
      this.node = await this.create(labels)
    }
  }

  private async create(labels: Record<string, string>): Promise<Node> {
    const { api, nodeName, podCIDR, env } = this.options
    const status = nodeStatus(await this.findings(), undefined, env.clock.now())
    const annotations = { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' }
    const spec = podCIDR ? { podCIDR, podCIDRs: [podCIDR] } : {}
    return api(Node).create({ metadata: { name: nodeName, labels, annotations }, spec, status })
  }

  /** The node was here before: its labels are put right, all else stays as it was left. */
  private async adopt(labels: Record<string, string>): Promise<Node> {
    const { api, nodeName } = this.options
    const node = await api(Node).get({ name: nodeName })
    const missing = Object.entries(labels).some(([key, text]) => node.metadata.labels?.[key] !== text)
    if (!missing) return node
    return api(Node).patch({ name: nodeName }, { metadata: { labels } }, { type: 'merge' })
  }

  private async findings(): Promise<NodeFindings> {
    const { cri, fs, machine, nodeName, nodeIPs, kubeletPort, dataDir } = this.options
    const [disk, memoryAvailableBytes] = await Promise.all([fs.space(dataDir), availableMemoryBytes(fs)])
    const common = { nodeName, nodeIPs, machine, disk, memoryAvailableBytes, kubeletPort }
    try {
      const [{ runtimeName, runtimeVersion }, { status }, images] = await Promise.all([
        cri.version(),
        cri.status(),
        cri.listImages(),
      ])
      const runtime = { name: runtimeName, version: runtimeVersion, conditions: status?.conditions ?? [] }
      return { ...common, runtime, images }
    } catch (error) {
      const runtime = { name: 'unknown', version: 'Unknown', conditions: [] }
      return { ...common, runtime, images: [], runtimeError: rpcMessage(error) }
    }
  }

  private async reportStatus(reported: () => void): Promise<void> {
    const { env, signal } = this.options
    let unreadyMs = UNREADY_CHECK_MS
    while (!signal.aborted) {
      await this.retried('the status of the node could not be written', () => this.report())
      reported()
      const ready = this.node?.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')
      await sleep(env.clock, ready ? CHECK_MS : unreadyMs, signal).catch(() => undefined)
      unreadyMs = ready ? UNREADY_CHECK_MS : Math.min(unreadyMs * 2, UNREADY_CHECK_MAX_MS)
    }
  }

  /** Writes the status when it has changed, or when it has not been written for a while. */
  private async report(): Promise<void> {
    const { api, env, events, nodeName } = this.options
    const findings = await this.findings()
    const node = this.node ?? (await api(Node).get({ name: nodeName }))
    const now = env.clock.now()
    const status = nodeStatus(findings, node.status, now)
    const due = now - this.reportedAtMs >= REPORT_MS
    if (!due && sameButHeartbeats(node.status, status)) return
    try {
      this.node = await api(Node).updateStatus(node, status)
    } catch (error) {
      this.node = undefined
      if (isApiError(error, 'NotFound')) await this.register()
      throw error
    }
    this.reportedAtMs = now
    for (const reason of conditionEvents(node.status, status)) {
      events.record(this.about(), 'Normal', reason, `Node ${nodeName} status is now: ${reason}`)
    }
  }

  private async renewLease(): Promise<void> {
    const { env, signal } = this.options
    while (!signal.aborted) {
      await this.retried('the lease of the node could not be renewed', () => this.renew())
      await sleep(env.clock, LEASE_RENEW_MS, signal).catch(() => undefined)
    }
  }

  private async renew(): Promise<void> {
    const { api, env, nodeName } = this.options
    const leases = api(Lease)
    const ref = { namespace: LEASE_NAMESPACE, name: nodeName }
    const spec = {
      holderIdentity: nodeName,
      leaseDurationSeconds: LEASE_SECONDS,
      renewTime: microTimestamp(env.clock.now()),
    }
    try {
      const known = this.leaseOf ?? (await leases.get(ref))
      this.leaseOf = await leases.update({ ...known, spec: { ...known.spec, ...spec } })
    } catch (error) {
      this.leaseOf = undefined
      if (!isApiError(error, 'NotFound')) throw error
      const uid = this.node?.metadata.uid ?? ''
      const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid }]
      this.leaseOf = await leases.create({ metadata: { ...ref, ownerReferences }, spec })
    }
  }

  /** Upstream's kubelet names its node in events by the name alone: the uid field is the name too. */
  private about() {
    const { nodeName } = this.options
    return { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, uid: nodeName } }
  }

  private async retried(what: string, run: () => Promise<void>): Promise<void> {
    const { env, signal } = this.options
    for (let waitMs = RETRY_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, RETRY_MAX_MS)) {
      try {
        return await run()
      } catch (error) {
        // Someone else wrote in between: what there is now is read again at once.
        if (!isApiError(error, 'Conflict')) env.log.warn(what, { error: String(error) })
        await sleep(env.clock, isApiError(error, 'Conflict') ? 0 : waitMs, signal).catch(() => undefined)
      }
    }
  }
}

function sameButHeartbeats(a: Node['status'], b: Node['status']): boolean {
  const still = ({ conditions = [], ...rest }: Node['status']) => ({
    ...rest,
    conditions: conditions.map(({ lastHeartbeatTime: _, ...condition }) => condition),
  })
  return deepEqual(still(a), still(b))
}
