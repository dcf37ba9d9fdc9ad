import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expired } from '../api/errors.ts'
import type { KubeObject, WatchEventType } from '../api/meta.ts'
import { backoffMs, type Happening, type InformerState, step } from './informer-step.ts'

const object = (resourceVersion: string) =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', uid: 'u', resourceVersion, creationTimestamp: '' },
  }) as KubeObject

const event = (type: WatchEventType, resourceVersion: string): Happening<KubeObject> => ({
  what: 'event',
  event: { type, object: object(resourceVersion) },
})

const watching = (resourceVersion: string, failures = 0, heard = false): InformerState => ({
  phase: 'watch',
  resourceVersion,
  failures,
  heard,
})

const failed = (error: unknown): Happening<KubeObject> => ({ what: 'failed', error })

const gone = {
  what: 'event',
  event: { type: 'ERROR', object: expired('too old').status },
} as unknown as Happening<KubeObject>

const cases: [string, InformerState, Happening<KubeObject>, InformerState][] = [
  [
    'a list is followed from its version',
    { phase: 'list', failures: 0 },
    { what: 'listed', list: { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: '5' }, items: [] } },
    watching('5'),
  ],
  ['a list that failed', { phase: 'list', failures: 1 }, failed(new Error('down')), { phase: 'list', failures: 2 }],
  ['a change moves on', watching('5', 3), event('MODIFIED', '6'), watching('6', 0, true)],
  ['a bookmark moves on', watching('5'), event('BOOKMARK', '9'), watching('9', 0, true)],
  ['a watch that ended after it worked', watching('6', 0, true), { what: 'ended' }, watching('6', 0)],
  ['a watch that ended at once', watching('6'), { what: 'ended' }, watching('6', 1)],
  ['a connection that broke', watching('6', 1), failed(new Error('reset')), watching('6', 2)],
  ['history that is gone, from the start', watching('6'), failed(expired('too old')), { phase: 'list', failures: 1 }],
  ['history that went while watching', watching('6', 0, true), gone, { phase: 'list', failures: 0 }],
]

for (const [name, state, happening, next] of cases) {
  test(`step: ${name}`, () => assert.deepEqual(step(state, happening).next, next))
}

test('failures wait longer and longer, up to half a minute', () => {
  assert.deepEqual(
    [0, 1, 2, 5, 6, 20].map((failures) => backoffMs(failures, 0)),
    [0, 800, 1600, 12_800, 25_600, 30_000],
  )
  assert.equal(backoffMs(1, 0.5), 1200)
})
