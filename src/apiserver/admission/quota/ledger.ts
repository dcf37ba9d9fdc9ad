import { ResourceQuota } from '../../../api/kinds/core/resource-quota.ts'
import type { KubeObject } from '../../../api/meta.ts'
import { evaluatorsFor } from '../../../api/quota/evaluators.ts'
import type { Evaluator, QuotaWrite } from '../../../api/quota/evaluator.ts'
import { totalUsage } from '../../../api/quota/evaluator.ts'
import { addUsage, atLeast, pick, readUsage, subtractUsage, type Usage, writeUsage } from '../../../api/quota/usage.ts'
import type { Clock } from '../../../std/clock.ts'
import { listPrefix } from '../../../store/keys.ts'
import { Conflict, type Store } from '../../../store/store.ts'
import type { Stored } from '../../../store/stored.ts'
import { chargesOf, refusalOf } from './charge.ts'

/** A write that wants to be paid for. */
export interface Bill {
  namespace: string
  evaluator: Evaluator
  write: QuotaWrite
  /** Where the object is or will be stored. */
  key: string
  /** Only look whether it would fit. */
  dryRun: boolean
}

/** A bill on its way: who waits for it, and what was charged already, by the uid of the quota. */
interface Pending extends Bill {
  charged: Map<string, { key: string; usage: Usage }>
  /** The revision of the object when the bill came; another one means that the write has happened. */
  revision: number | undefined
  resolve(refusal: string | undefined): void
  reject(error: unknown): void
}

/** A quota as a round of charges finds and leaves it. */
interface Account {
  stored: Stored
  quota: ResourceQuota
  used: Usage
  bills: Map<Pending, Usage>
}

/** What was paid: given back when the write does not happen. */
export interface Paid {
  keep(): void
  giveBack(): Promise<void>
}

const NOTHING_PAID: Paid = { keep: () => {}, giveBack: async () => {} }

/**
 * Charges writes to the quotas of their namespace, in their status in the store. Bills of one namespace that come while quotas are being
 * written are settled together after that. Other servers over the same store are noticed by the revision: then the charge is made anew.
 */
export class QuotaLedger {
  private readonly store: Store
  private readonly clock: Clock
  private readonly waiting = new Map<string, Pending[]>()
  /** What was charged, and is not in the store yet. */
  private readonly unwritten = new Map<string, Set<Pending>>()

  constructor(store: Store, clock: Clock) {
    this.store = store
    this.clock = clock
  }

  /** Charges a bill whole, or not at all; a text says why not. */
  async charge(bill: Bill): Promise<Paid | string> {
    if ((await this.quotasOf(bill.namespace)).length === 0) return NOTHING_PAID
    let pending: Pending | undefined
    const refusal = await new Promise<string | undefined>((resolve, reject) => {
      const revision = this.store.get(bill.key)?.revision
      pending = { ...bill, charged: new Map(), revision, resolve, reject }
      this.enqueue(pending)
    })
    if (refusal !== undefined) return refusal
    return this.paid(pending as unknown as Pending)
  }

  /** The status of a quota with `used` as large as what is in the store and what is about to be. */
  async correct({ metadata, spec, status }: ResourceQuota): Promise<ResourceQuota['status']> {
    const { namespace = '', uid } = metadata
    const said = readUsage(status.used)
    // First what is not in the store yet: what gets there meanwhile is rather counted twice than not at all.
    let real = this.unwrittenOf(namespace, uid)
    for (const evaluator of evaluatorsFor([...said.keys()])) {
      const { items } = await this.store.list(listPrefix(evaluator.resource, namespace))
      const objects = evaluator.isBlind ? (items as unknown as KubeObject[]) : items.map(({ object }) => object)
      real = addUsage(real, totalUsage(evaluator, objects, spec, [...said.keys()], this.clock.now()))
    }
    const used = atLeast(said, real)
    return { ...status, ...(used.size > 0 && { used: writeUsage(used) }) }
  }

  private async quotasOf(namespace: string): Promise<Stored[]> {
    return (await this.store.list(listPrefix(ResourceQuota, namespace))).items
  }

  private unwrittenOf(namespace: string, uid: string): Usage {
    let sum: Usage = new Map()
    for (const { charged, key, revision } of this.unwritten.get(namespace) ?? []) {
      const own = charged.get(uid)
      if (own && this.store.get(key)?.revision === revision) sum = addUsage(sum, own.usage)
    }
    return sum
  }

  private paid(pending: Pending): Paid {
    const { namespace, dryRun } = pending
    if (dryRun || pending.charged.size === 0) return NOTHING_PAID
    const all = this.unwritten.get(namespace) ?? new Set()
    this.unwritten.set(namespace, all.add(pending))
    const forget = () => {
      all.delete(pending)
      if (all.size === 0) this.unwritten.delete(namespace)
    }
    return {
      keep: forget,
      giveBack: async () => {
        forget()
        await this.refund(pending)
      },
    }
  }

  private enqueue(pending: Pending): void {
    const queue = this.waiting.get(pending.namespace)
    if (queue) queue.push(pending)
    else {
      this.waiting.set(pending.namespace, [pending])
      void this.settleAll(pending.namespace)
    }
  }

  private async settleAll(namespace: string): Promise<void> {
    for (;;) {
      const bills = this.waiting.get(namespace) ?? []
      if (bills.length === 0) {
        this.waiting.delete(namespace)
        return
      }
      this.waiting.set(namespace, [])
      await this.settle(namespace, bills)
    }
  }

  private async settle(namespace: string, bills: readonly Pending[]): Promise<void> {
    try {
      for (let open = bills; open.length > 0; ) open = await this.round(namespace, open)
    } catch (error) {
      for (const { reject } of bills) reject(error)
    }
  }

  /** Charges what fits; resolves with the bills that have to try again because another writer was faster. */
  private async round(namespace: string, bills: readonly Pending[]): Promise<Pending[]> {
    const accounts = (await this.quotasOf(namespace)).map(accountOf)
    for (const bill of bills) {
      const refusal = book(accounts, bill, this.clock.now())
      if (refusal === undefined) continue
      await this.refund(bill)
      bill.resolve(refusal)
    }
    const conflicts = await Promise.all(accounts.map((account) => this.write(account)))
    const again = new Set(conflicts.flat())
    for (const bill of bills) if (!again.has(bill)) bill.resolve(undefined)
    return [...again]
  }

  /** Writes what was booked on an account; resolves with the bills if somebody else wrote it meanwhile. */
  private async write({ stored, quota, used, bills }: Account): Promise<Pending[]> {
    if (bills.size === 0) return []
    try {
      await this.store.update(stored.key, stored.revision, withUsed(quota, used))
    } catch (error) {
      if (!(error instanceof Conflict)) throw error
      return [...bills.keys()]
    }
    for (const [bill, usage] of bills) bill.charged.set(quota.metadata.uid, { key: stored.key, usage })
    return []
  }

  private async refund({ charged }: Pending): Promise<void> {
    for (const [uid, { key, usage }] of charged) {
      await this.store.transform(key, (current) => {
        const quota = current?.object as ResourceQuota | undefined
        if (quota?.metadata.uid !== uid) return 'unchanged'
        const used = readUsage(quota.status.used)
        const left = subtractUsage(
          used,
          pick(usage, (name) => used.has(name)),
        )
        return withUsed(quota, left)
      })
    }
    charged.clear()
  }
}

function accountOf(stored: Stored): Account {
  const quota = stored.object as unknown as ResourceQuota
  return { stored, quota, used: readUsage(quota.status?.used), bills: new Map() }
}

const withUsed = (quota: ResourceQuota, used: Usage): ResourceQuota => ({
  ...quota,
  status: { ...quota.status, used: writeUsage(used) },
})

/** Books a bill on the accounts that it was not charged to yet, or says why one of them cannot bear it. */
function book(accounts: readonly Account[], bill: Pending, now: number): string | undefined {
  const { evaluator, write, dryRun, charged } = bill
  const open = accounts.filter(({ quota }) => !charged.has(quota.metadata.uid))
  const charges = chargesOf(
    evaluator,
    open.map(({ quota }) => quota),
    write,
    now,
  )
  if (typeof charges === 'string') return charges
  const accountFor = (quota: ResourceQuota) => open.find((account) => account.quota === quota) as Account
  // A status tells what is so already.
  const refusals =
    write.subresource === 'status' ? [] : charges.map((charge) => refusalOf(charge, accountFor(charge.quota).used))
  const refusal = refusals.find((text) => text !== undefined)
  if (refusal !== undefined || dryRun) return refusal
  for (const { quota, usage } of charges) {
    const account = accountFor(quota)
    account.used = addUsage(account.used, usage)
    account.bills.set(bill, usage)
  }
  return undefined
}
