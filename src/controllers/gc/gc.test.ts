import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ReplicaSet } from '../../api/kinds/apps/replica-set.ts'
import { Namespace } from '../../api/kinds/core/namespace.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { Graph, type Item, type OwnerReference } from './graph.ts'
import { blocking, judge, type OwnerState } from './plan.ts'

const owner = (uid: string, blockOwnerDeletion = true, name = uid): OwnerReference => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name,
  uid,
  blockOwnerDeletion,
})

const set = (uid: string, state: Item['state'] = 'living', owners: OwnerReference[] = []): Item => ({
  uid,
  kind: ReplicaSet,
  ref: { namespace: 'shop', name: uid },
  owners,
  state,
})

const pod = (uid: string, owners: OwnerReference[], namespace = 'shop'): Item => ({
  uid,
  kind: Pod,
  ref: { namespace, name: uid },
  owners,
  state: 'living',
})

const verdicts: [string, OwnerState[], Item[], string[], string][] = [
  ['no owners', [], [], [], 'keep'],
  ['a living owner', ['solid'], [], [], 'keep'],
  ['a living and a lost one', ['solid', 'absent', 'waiting'], [], [], 'unlink 1 2'],
  ['a lost one', ['absent'], [], [], 'Background'],
  ['a lost one, and a wish of its own', ['absent'], [], ['orphan'], 'Orphan'],
  ['one that waits', ['waiting'], [], [], 'Background'],
  ['one that waits, and dependents', ['waiting'], [set('x')], [], 'Foreground'],
  ['one that waits, and dependents that wait too', ['waiting'], [set('x', 'foreground')], [], 'Foreground unblocked'],
]

for (const [name, states, dependents, finalizers, expected] of verdicts) {
  test(`verdict: ${name}`, () => {
    const verdict = judge(
      states.map((state, i) => [owner(String(i)), state] as const),
      dependents,
      finalizers,
    )
    const text = {
      keep: () => 'keep',
      unlink: () => verdict.what === 'unlink' && `unlink ${verdict.uids.join(' ')}`,
      delete: () => verdict.what === 'delete' && verdict.policy + (verdict.unblock ? ' unblocked' : ''),
    }[verdict.what]()
    assert.equal(text, expected)
  })
}

test('only dependents that say so are waited for', () => {
  const dependents = [pod('a', [owner('web')]), pod('b', [owner('web', false)]), pod('c', [owner('other')])]
  assert.deepEqual(
    blocking('web', dependents).map(({ uid }) => uid),
    ['a'],
  )
})

test('an object is looked at when its owners are in doubt', () => {
  const graph = new Graph()
  assert.deepEqual(graph.put(set('web')), [])
  assert.deepEqual(graph.put(pod('a', [owner('web')])), [])
  assert.deepEqual(graph.put(pod('b', [owner('lost')])), ['b'])
  assert.deepEqual(graph.put(pod('c', [owner('web', true, 'renamed')])), ['c'])
  assert.deepEqual(graph.put(pod('d', [owner('web')], 'elsewhere')), ['d'])
  const space = { uid: 'ns', kind: Namespace, ref: { name: 'ns' }, owners: [], state: 'living' } as const
  graph.put(space)
  assert.deepEqual(graph.put(pod('e', [{ apiVersion: 'v1', kind: 'Namespace', name: 'ns', uid: 'ns' }])), [])
})

test('when an owner goes, its dependents are looked at', () => {
  const graph = new Graph()
  graph.put(set('web'))
  graph.put(pod('a', [owner('web')]))
  graph.put(pod('b', [owner('web')]))
  assert.deepEqual(graph.remove('web'), ['a', 'b'])
  assert.deepEqual(graph.remove('a'), [])
})

test('an owner that waits is looked at with its dependents, and again when one has gone or lets it go', () => {
  const graph = new Graph()
  graph.put(set('web'))
  graph.put(pod('a', [owner('web')]))
  graph.put(pod('b', [owner('web')]))
  graph.put(pod('c', [owner('web', false)]))
  assert.deepEqual(graph.put(set('web', 'foreground')), ['web', 'a', 'b', 'c'])
  assert.deepEqual(graph.put(set('web', 'foreground')), [])
  assert.deepEqual(graph.remove('a'), ['web'])
  assert.deepEqual(graph.put(pod('b', [owner('web', false)])), ['b', 'web'])
  assert.deepEqual(graph.remove('c'), [])
  assert.deepEqual(graph.put(set('old', 'orphan')), ['old'])
})
