import { isApiError } from '../api/errors.ts'
import { Lease } from '../api/kinds/coordination/lease.ts'
import { microTimestamp, sleep } from '../std/clock.ts'
import type { Env } from '../std/env.ts'
import type { Api } from './api.ts'

export interface LeaderOptions {
  /** Name and namespace of the Lease that the candidates share. */
  name: string
  namespace?: string
  /** Who we are among the candidates. */
  identity: string
  leaseMs?: number
  renewDeadlineMs?: number
  retryMs?: number
}

const LEASE_MS = 15_000
const RENEW_DEADLINE_MS = 10_000
const RETRY_MS = 2_000
/** Spreads the candidates, so that they do not all try at the same moment. */
const JITTER = 1.2

/** What a candidate knows: the Lease, and when (by its own clock) it last saw it change. */
export interface Observed {
  lease: Lease | undefined
  sinceMs: number
}

export type LeaderPlan = { what: 'create' } | { what: 'wait' } | { what: 'write'; spec: Lease['spec'] }

/** Whether to take or renew the Lease. Clocks of other machines are not trusted: only our own since we saw it change. */
export function planLeader(
  { lease, sinceMs }: Observed,
  { identity, leaseMs }: { identity: string; leaseMs: number },
  now: { monotonicMs: number; wallMs: number },
): LeaderPlan {
  if (!lease) return { what: 'create' }
  const { holderIdentity, acquireTime, leaseTransitions = 0 } = lease.spec
  const ours = holderIdentity === identity
  if (!ours && holderIdentity && now.monotonicMs - sinceMs < leaseMs) return { what: 'wait' }
  const renewTime = microTimestamp(now.wallMs)
  return {
    what: 'write',
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: leaseMs / 1000,
      acquireTime: ours ? acquireTime : renewTime,
      renewTime,
      leaseTransitions: ours ? leaseTransitions : leaseTransitions + 1,
    },
  }
}

/**
 * Runs `lead` while this process holds the Lease, and again each time it gets it back. The signal that `lead` gets is
 * aborted when the Lease is lost or `signal` is; on the way out the Lease is given up, so that another need not wait.
 */
export async function runAsLeader(
  api: Api,
  env: Env,
  options: LeaderOptions,
  lead: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const candidate = new Candidate(api, env, options)
  while (!signal.aborted) {
    if (!(await candidate.acquire(signal))) return
    env.log.info('became leader', { lease: options.name, identity: options.identity })
    const lost = new AbortController()
    const leading = lead(AbortSignal.any([signal, lost.signal]))
    const renewing = candidate.renew(AbortSignal.any([signal, lost.signal])).finally(() => lost.abort())
    await leading.finally(() => lost.abort())
    await renewing
    if (signal.aborted) await candidate.release()
    else env.log.warn('lost leadership', { lease: options.name })
  }
}

class Candidate {
  private readonly api: Api
  private readonly env: Env
  private readonly options: Required<LeaderOptions>
  private observed: Observed = { lease: undefined, sinceMs: 0 }

  constructor(api: Api, env: Env, options: LeaderOptions) {
    this.api = api
    this.env = env
    const times = { leaseMs: LEASE_MS, renewDeadlineMs: RENEW_DEADLINE_MS, retryMs: RETRY_MS }
    this.options = { namespace: 'kube-system', ...times, ...options }
  }

  /** Tries until the Lease is ours; false when the signal came first. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.attempt()) return true
      const waitMs = this.options.retryMs * (1 + this.env.random.next() * JITTER)
      await sleep(this.env.clock, waitMs, signal).catch(() => {})
    }
    return false
  }

  /** Keeps the Lease; returns when it could not be renewed for the renewal deadline, or at the signal. */
  async renew(signal: AbortSignal): Promise<void> {
    let renewedMs = this.env.clock.monotonic()
    while (!signal.aborted && this.env.clock.monotonic() - renewedMs < this.options.renewDeadlineMs) {
      await sleep(this.env.clock, this.options.retryMs, signal).catch(() => {})
      if (!signal.aborted && (await this.attempt())) renewedMs = this.env.clock.monotonic()
    }
  }

  /** Gives the Lease up. */
  async release(): Promise<void> {
    const { lease } = this.observed
    if (lease?.spec.holderIdentity !== this.options.identity) return
    const renewTime = microTimestamp(this.env.clock.now())
    const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime, acquireTime: renewTime }
    await this.api(Lease)
      .update({ ...lease, spec })
      .catch((error: unknown) => this.env.log.debug('the lease was not given up', { error: String(error) }))
  }

  /** One try to take or renew; whether the Lease is ours now. */
  private async attempt(): Promise<boolean> {
    try {
      await this.look()
      return await this.act()
    } catch (error) {
      if (!isApiError(error, 'Conflict') && !isApiError(error, 'AlreadyExists')) {
        this.env.log.warn('leader election failed', { lease: this.options.name, error: String(error) })
      }
      return false
    }
  }

  private async look(): Promise<void> {
    const { name, namespace } = this.options
    try {
      this.observe(await this.api(Lease).get({ namespace, name }))
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error
      this.observe(undefined)
    }
  }

  private observe(lease: Lease | undefined): void {
    if (lease?.metadata.resourceVersion === this.observed.lease?.metadata.resourceVersion) return
    this.observed = { lease, sinceMs: this.env.clock.monotonic() }
  }

  private async act(): Promise<boolean> {
    const { name, namespace, leaseMs, identity } = this.options
    const now = { monotonicMs: this.env.clock.monotonic(), wallMs: this.env.clock.now() }
    const plan = planLeader(this.observed, { identity, leaseMs }, now)
    if (plan.what === 'wait') return false
    if (plan.what === 'create') {
      const renewTime = microTimestamp(now.wallMs)
      const spec = {
        holderIdentity: identity,
        leaseDurationSeconds: leaseMs / 1000,
        acquireTime: renewTime,
        renewTime,
        leaseTransitions: 0,
      }
      this.observe(await this.api(Lease).create({ metadata: { name, namespace }, spec }))
    } else {
      const { lease } = this.observed
      if (lease) this.observe(await this.api(Lease).update({ ...lease, spec: plan.spec }))
    }
    return true
  }
}
