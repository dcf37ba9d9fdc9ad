import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim.ts'
import type { Pod } from '../../api/kinds/core/pod.ts'
import { claimsOf, uses } from './storage-protection.ts'

const claim = (name: string, owner?: string) =>
  ({
    metadata: { name, ...(owner && { ownerReferences: [{ uid: owner, controller: true }] }) },
  }) as PersistentVolumeClaim

const pod = (spec: object, metadata: object = {}) =>
  ({ metadata: { name: 'web', namespace: 'default', uid: 'u', ...metadata }, spec }) as unknown as Pod

const volumes = [
  { name: 'data', persistentVolumeClaim: { claimName: 'db' } },
  { name: 'tmp', ephemeral: {} },
  { name: 'e', emptyDir: {} },
]

test('the claims that a pod may use', () => {
  assert.deepEqual(claimsOf(pod({ volumes })), ['default/db', 'default/web-tmp'])
  assert.deepEqual(claimsOf(pod({})), [])
})

test('a claim is used by pods that a kubelet has seen', () => {
  const nodeName = 'a'
  const cases: [pod: Pod, claim: PersistentVolumeClaim, isUsed: boolean][] = [
    [pod({ nodeName, volumes }), claim('db'), true],
    [pod({ volumes }), claim('db'), false],
    [pod({ nodeName, volumes }), claim('other'), false],
    [pod({ nodeName, volumes }), claim('web-tmp', 'u'), true],
    [pod({ nodeName, volumes }), claim('web-tmp'), false],
    [
      pod({ nodeName, volumes }, { deletionTimestamp: 'x', deletionGracePeriodSeconds: 0 }),
      claim('web-tmp', 'u'),
      false,
    ],
    [pod({ nodeName, volumes }, { deletionTimestamp: 'x', deletionGracePeriodSeconds: 0 }), claim('db'), true],
  ]
  for (const [user, used, isUsed] of cases) assert.equal(uses(user, used), isUsed)
})
