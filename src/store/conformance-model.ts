import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Change, Driver, Entry, RangeQuery, RangeResult, Write, WriteResult } from './driver.ts'
import { Compacted, FutureRevision } from './driver.ts'

/** What a store should do, with every state kept whole: slow, and too simple to be wrong. */
class Model {
  /** The entries as of each revision, which is the index. */
  readonly states: Map<string, Entry>[] = [new Map(), new Map()]
  readonly log: Change[] = []
  compacted = 1

  get revision(): number {
    return this.states.length - 1
  }

  write({ key, value, expected }: Write): WriteResult {
    const state = new Map(this.states[this.revision])
    const current = state.get(key)
    if ((current?.modRevision ?? 0) !== expected || (!current && value === undefined)) return { ok: false, current }
    const revision = this.revision + 1
    if (value === undefined) state.delete(key)
    else state.set(key, { key, value, modRevision: revision, createRevision: current?.createRevision ?? revision })
    this.states.push(state)
    this.log.push({ revision, key, value, previous: current })
    return { ok: true, revision }
  }

  range({ prefix, after, limit = 1000, revision = this.revision }: RangeQuery): RangeResult {
    if (revision < this.compacted) throw new Compacted(this.compacted)
    if (revision > this.revision) throw new FutureRevision(this.revision)
    const all = [...(this.states[revision]?.values() ?? [])]
      .filter(({ key }) => key.startsWith(prefix) && (after === undefined || bytes(key, after) > 0))
      .sort((a, b) => bytes(a.key, b.key))
    return { revision, entries: all.slice(0, limit), more: all.length > limit }
  }

  changes(revision: number, limit: number): Change[] {
    if (revision < this.compacted) throw new Compacted(this.compacted)
    return this.log.filter((change) => change.revision > revision).slice(0, limit)
  }

  compact(revision: number): void {
    if (revision > this.revision) throw new FutureRevision(this.revision)
    this.compacted = Math.max(this.compacted, revision)
  }
}

function bytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

const KEYS = ['a', 'a/', 'a/b', 'a/b/c', 'a0', 'é/\ue000', 'é/😀']

/** Writes carry how many revisions their belief is behind the truth, so that most of them are right. */
const write = fc.record({
  key: fc.constantFrom(...KEYS),
  value: fc.oneof({ weight: 3, arbitrary: fc.string({ maxLength: 5, unit: 'grapheme' }) }, fc.constant(undefined)),
  behind: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: -1, max: 3 })),
})

/** Revisions count from the newest one back. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ writes: fc.array(write, { minLength: 1, maxLength: 4 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      prefix: fc.constantFrom('', 'a', 'a/', 'a/b', 'é/', 'z'),
      after: fc.option(fc.constantFrom(...KEYS, '', 'z'), { nil: undefined }),
      limit: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      back: fc.option(fc.integer({ min: -1, max: 20 }), { nil: undefined }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ changesBack: fc.integer({ min: -1, max: 20 }), atMost: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ compactBack: fc.integer({ min: -1, max: 12 }) }) },
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** A property: after any history, and all along it, a driver answers as the model does. */
export function historyRun(open: () => Promise<Driver>) {
  return fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
    const driver = await open()
    const model = new Model()
    try {
      for (const one of steps) await same(model, driver, one)
      for (let back = 0; back <= model.revision - model.compacted; back++) await same(model, driver, { ...ALL, back })
      await same(model, driver, { changesBack: model.revision - model.compacted, atMost: 1000 })
      const { revision, compacted } = await driver.size()
      assert.deepEqual({ revision, compacted }, { revision: model.revision, compacted: model.compacted })
    } finally {
      await driver.close()
    }
  })
}

const ALL = { prefix: '', after: undefined, limit: undefined } as const

async function same(model: Model, driver: Driver, one: Step): Promise<void> {
  const { revision } = model
  if ('writes' in one) {
    const writes = one.writes.map(({ key, value, behind }) => {
      const at = model.states[revision]?.get(key)?.modRevision ?? 0
      return { key, value, expected: Math.max(0, at - behind) }
    })
    return agree(driver.commit(writes), () => writes.map((each) => model.write(each)))
  }
  if ('prefix' in one) {
    const { back, ...rest } = one
    const query = { ...rest, revision: back === undefined ? undefined : Math.max(0, revision - back) }
    return agree(driver.range(query), () => model.range(query))
  }
  if ('changesBack' in one) {
    const from = Math.max(0, revision - one.changesBack)
    return agree(driver.changes(from, one.atMost), () => model.changes(from, one.atMost))
  }
  const to = Math.max(0, revision - one.compactBack)
  return agree(driver.compact(to), () => model.compact(to))
}

/** Both give the same answer, or both fail in the same way. */
async function agree(answer: Promise<unknown>, expected: () => unknown): Promise<void> {
  const [seen] = await Promise.allSettled([answer])
  let wanted: typeof seen
  try {
    wanted = { status: 'fulfilled', value: expected() }
  } catch (reason) {
    wanted = { status: 'rejected', reason }
  }
  assert.deepEqual(seen, wanted)
}
