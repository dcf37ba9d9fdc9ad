import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ConfigMap } from '../../../api/kinds/core/config-map.ts'
import { PersistentVolume } from '../../../api/kinds/core/persistent-volume.ts'
import { Pod } from '../../../api/kinds/core/pod.ts'
import { ServiceAccount } from '../../../api/kinds/core/service-account.ts'
import { silentLog } from '../../../std/log.ts'
import { podBody, testServer } from '../../test-server.ts'
import { type Attributes, question } from '../attributes.ts'
import { authorization } from '../authorization.ts'

const NODE_A = { name: 'system:node:a', groups: ['system:nodes', 'system:authenticated'] }

const SPEC = {
  nodeName: 'a',
  imagePullSecrets: [{ name: 'pull' }],
  containers: [
    {
      name: 'main',
      image: 'x',
      env: [
        { name: 'S', valueFrom: { secretKeyRef: { name: 'env', key: 'k' } } },
        { name: 'C', valueFrom: { configMapKeyRef: { name: 'env', key: 'k' } } },
      ],
      envFrom: [{ secretRef: { name: 'from' } }, { configMapRef: { name: 'from' } }],
    },
  ],
  volumes: [
    { name: 's', secret: { secretName: 'volume' } },
    { name: 'c', configMap: { name: 'volume' } },
    { name: 'p', projected: { sources: [{ secret: { name: 'projected' } }, { configMap: { name: 'projected' } }] } },
    { name: 'd', persistentVolumeClaim: { claimName: 'claim' } },
    { name: 'e', ephemeral: { volumeClaimTemplate: { spec: {} } } },
    { name: 'f', csi: { driver: 'x', nodePublishSecretRef: { name: 'csi' } } },
  ],
}

/** A pod on node a that needs much, and one on node b that needs the same ConfigMap. */
async function setUp() {
  const { store, api, clock } = await testServer()
  await api(ServiceAccount).create({ metadata: { namespace: 'default', name: 'robot' } })
  const put = async (key: string, object: object) => store.create(key, object as never)
  const pod = (name: string, spec: object) => ({
    ...podBody(name, { serviceAccountName: 'robot', ...spec }),
    metadata: { name, namespace: 'default', uid: name },
  })
  await put('core/pods/default/p', pod('p', SPEC))
  const volumes = [{ name: 'c', configMap: { name: 'volume' } }]
  await put('core/pods/default/other', pod('other', { nodeName: 'b', volumes, serviceAccountName: 'other' }))
  const spec = {
    claimRef: { namespace: 'default', name: 'claim' },
    csi: { driver: 'x', volumeHandle: '1', nodeStageSecretRef: { namespace: 'storage', name: 'stage' } },
  }
  await put('core/persistentvolumes//disk', { ...of(PersistentVolume), metadata: { name: 'disk', uid: 'disk' }, spec })
  const env = { clock, random: { next: () => 0, uuid: () => '', suffix: () => '' }, log: silentLog }
  const { authorizer } = await authorization(env, store)
  const may = (verb: string, about: Partial<Attributes>, user = NODE_A) =>
    authorizer.authorize(question(user, verb, { namespace: 'default', ...about }))
  return { store, may, clock }
}

const of = ({ apiVersion, kind }: { apiVersion: string; kind: string }) => ({ apiVersion, kind })
const NO_RELATION = "no relationship found between node 'a' and this object"

suite('a kubelet', () => {
  test('reads what its pods need, and nothing else of that kind', async () => {
    const { may } = await setUp()
    const readable = (resource: string, names: string[], about: Partial<Attributes> = {}) =>
      names.filter((name) => may('get', { resource, name, ...about }).allowed)
    const secrets = ['pull', 'env', 'from', 'volume', 'projected', 'csi']
    assert.deepEqual(readable('secrets', [...secrets, 'else']), secrets)
    const configMaps = ['env', 'from', 'volume', 'projected']
    assert.deepEqual(readable('configmaps', [...configMaps, 'else']), configMaps)
    assert.deepEqual(readable('persistentvolumeclaims', ['claim', 'p-e', 'else']), ['claim', 'p-e'])
    assert.deepEqual(readable('persistentvolumes', ['disk', 'else'], { namespace: '' }), ['disk'])
    assert.deepEqual(readable('secrets', ['stage'], { namespace: 'storage' }), ['stage'])
    assert.deepEqual(readable('serviceaccounts', ['robot', 'other']), ['robot'])
    assert.deepEqual(readable('pods', ['p', 'other']), ['p'])
  })

  const table: [verb: string, about: Partial<Attributes>, expected: true | string][] = [
    ['watch', { resource: 'secrets', name: 'env' }, true],
    ['list', { resource: 'secrets' }, 'No Object name found'],
    ['delete', { resource: 'secrets', name: 'env' }, 'can only read resources of this type'],
    ['get', { resource: 'secrets', name: 'else' }, NO_RELATION],
    ['update', { resource: 'persistentvolumeclaims', subresource: 'status', name: 'claim' }, true],
    ['update', { resource: 'persistentvolumeclaims', name: 'claim' }, 'can only get individual resources of this type'],
    ['create', { resource: 'serviceaccounts', subresource: 'token', name: 'robot' }, true],
    ['create', { resource: 'serviceaccounts', subresource: 'token', name: 'other' }, NO_RELATION],
    ['create', { resource: 'serviceaccounts' }, 'can only create tokens for individual service accounts'],
    ['list', { resource: 'pods', fieldSelector: 'spec.nodeName=a' }, true],
    ['list', { resource: 'pods', namespace: '', fieldSelector: 'x=y,spec.nodeName==a' }, true],
    [
      'list',
      { resource: 'pods', fieldSelector: 'spec.nodeName=b' },
      'can only list/watch pods with spec.nodeName field selector',
    ],
    ['watch', { resource: 'pods', name: 'p' }, true],
    ['update', { resource: 'pods', name: 'p' }, ''],
    ['update', { resource: 'pods', subresource: 'status', name: 'p' }, true],
    ['create', { resource: 'pods', subresource: 'exec', name: 'p' }, ''],
    ['get', { resource: 'nodes', name: 'a' }, true],
    ['get', { resource: 'nodes', name: 'b' }, "node 'a' cannot read 'b', only its own Node object"],
    ['list', { resource: 'nodes' }, "node 'a' cannot read all nodes, only its own Node object"],
    ['delete', { resource: 'nodes', name: 'a' }, ''],
    ['list', { resource: 'services', namespace: '' }, true],
    ['create', { resource: 'events' }, true],
    ['list', { group: 'apps', resource: 'deployments' }, ''],
    ['update', { group: 'coordination.k8s.io', resource: 'leases', namespace: 'kube-node-lease', name: 'a' }, true],
    [
      'update',
      { group: 'coordination.k8s.io', resource: 'leases', namespace: 'kube-node-lease', name: 'b' },
      'can only access node lease with the same name as the requesting node',
    ],
    [
      'get',
      { group: 'coordination.k8s.io', resource: 'leases', namespace: 'kube-system', name: 'a' },
      'can only access leases in the "kube-node-lease" system namespace',
    ],
    ['create', { group: 'storage.k8s.io', resource: 'csinodes', namespace: '' }, true],
  ]
  for (const [verb, about, expected] of table) {
    test(`${verb} ${Object.values(about).join(' ')}: ${expected === true ? 'yes' : expected || 'no'}`, async () => {
      const { may } = await setUp()
      const { allowed, reason } = may(verb, about)
      assert.deepEqual([allowed, reason], expected === true ? [true, ''] : [false, expected])
    })
  }

  test('loses what it could read with the last pod that needs it', async () => {
    const { may, store, clock } = await setUp()
    const readable = (node: string) =>
      may('get', { resource: 'configmaps', name: 'volume' }, { ...NODE_A, name: `system:node:${node}` }).allowed
    const pod = store.get('core/pods/default/p')
    assert.deepEqual(['a', 'b'].map(readable), [true, true])
    await store.delete('core/pods/default/p', pod?.revision ?? 0)
    await clock.settled()
    assert.deepEqual(['a', 'b'].map(readable), [false, true])
  })

  test('is who is in the group of nodes, and says which it is', async () => {
    const { may } = await setUp()
    const about = { resource: 'services' }
    assert.equal(may('list', about, { name: 'system:node:a', groups: [] }).allowed, false)
    const unknown = may('list', about, { name: 'system:node:', groups: ['system:nodes'] })
    assert.equal(unknown.reason, 'unknown node for user "system:node:"')
  })
})

test('only what pods and volumes say counts, not other kinds', async () => {
  const { may } = await setUp()
  assert.equal(may('get', { resource: ConfigMap.plural, name: 'env', namespace: 'other' }).allowed, false)
  assert.equal(may('get', { resource: Pod.plural, name: 'p', namespace: 'other' }).allowed, false)
})
