import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CertificateSigningRequest } from '../../../api/kinds/certificates/certificate-signing-request.ts'
import { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim.ts'
import { Node } from '../../../api/kinds/core/node.ts'
import { Pod } from '../../../api/kinds/core/pod.ts'
import { ServiceAccount } from '../../../api/kinds/core/service-account.ts'
import { Lease } from '../../../api/kinds/coordination/lease.ts'
import { clone } from '../../../api/equal.ts'
import type { Kind } from '../../../api/kind.ts'
import type { KubeObject } from '../../../api/meta.ts'
import { inDefault, testServer } from '../../test-server.ts'
import type { AdmissionRequest } from '../plugin.ts'
import { nodeRestriction } from './node-restriction.ts'

const VOLUMES = [
  { name: 'p', projected: { sources: [{ serviceAccountToken: { path: 't', audience: 'x' } }] } },
  { name: 'c', csi: { driver: 'd' } },
]

const USER = { name: 'system:node:a', groups: ['system:nodes'] }

/** What the plugin says to node a, in whose cluster are the nodes a and b and a pod on each. */
async function setUp() {
  const { store } = await testServer()
  const put = async (key: string, object: object) => (await store.create(key, object as never)).object
  const node = await put('core/nodes//a', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'a', uid: '1' },
    spec: {},
  })
  await put('storage.k8s.io/csidrivers//d', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name: 'd', uid: 'd' },
    spec: { tokenRequests: [{ audience: 'of-driver' }] },
  })
  const pod = (name: string, nodeName: string) =>
    put(`core/pods/default/${name}`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', uid: name },
      spec: { nodeName, containers: [], volumes: VOLUMES },
      status: {},
    })
  const [own, foreign] = [await pod('own', 'a'), await pod('foreign', 'b')]
  const plugin = nodeRestriction(store, ({ resource }) => ({ allowed: resource === 'granted' }))
  const tell = async <T extends KubeObject>(kind: Kind<T>, request: Partial<AdmissionRequest>, user = USER) => {
    const base = { operation: 'CREATE', subresource: '', namespace: 'default', name: '', dryRun: false } as const
    try {
      const whole = { ...base, kind: kind as unknown as Kind, user, warn: () => {}, ...request }
      await plugin.admit?.(whole)
      return 'fine'
    } catch (error) {
      return (error as Error).message.replace(/^.* is forbidden: /, '')
    }
  }
  return { node, own, foreign, tell }
}

const changed = (object: KubeObject, change: (copy: never) => void): KubeObject => {
  const copy = clone(object)
  change(copy as never)
  return copy
}

suite('a kubelet', () => {
  test('makes only mirror pods, of its node and without access to anything', async () => {
    const { tell } = await setUp()
    const owner = { apiVersion: 'v1', kind: 'Node', name: 'a', uid: '1', controller: true }
    const mirror = (metadata: object = {}, spec: object = {}) => ({
      metadata: {
        name: 'm',
        annotations: { 'kubernetes.io/config.mirror': 'x' },
        ownerReferences: [owner],
        ...metadata,
      },
      spec: { nodeName: 'a', containers: [], ...spec },
    })
    const only = 'node "a" can only create pods with'
    const cannot = 'node "a" can not create pods that reference'
    const table: [pod: object, expected: string][] = [
      [mirror(), 'fine'],
      [
        mirror({ annotations: {} }),
        'pod does not have "kubernetes.io/config.mirror" annotation, node "a" can only create mirror pods',
      ],
      [mirror({}, { nodeName: 'b' }), `${only} spec.nodeName set to itself`],
      [mirror({ ownerReferences: [] }), `${only} an owner reference set to itself`],
      [mirror({ ownerReferences: [owner, owner] }), `${only} a single owner reference set to itself`],
      [mirror({ ownerReferences: [{ ...owner, name: 'b' }] }), `${only} an owner reference set to itself`],
      [
        mirror({ ownerReferences: [{ ...owner, controller: false }] }),
        `${only} a controller owner reference set to itself`,
      ],
      [
        mirror({ ownerReferences: [{ ...owner, blockOwnerDeletion: true }] }),
        'node "a" must not set blockOwnerDeletion on an owner reference',
      ],
      [mirror({ ownerReferences: [{ ...owner, uid: '2' }] }), 'node a UID mismatch: expected 2 got 1'],
      [mirror({}, { serviceAccountName: 'x' }), `${cannot} serviceaccounts`],
      [mirror({}, { imagePullSecrets: [{ name: 'x' }] }), `${cannot} secrets`],
      [mirror({}, { volumes: [{ name: 'v', configMap: { name: 'x' } }] }), `${cannot} configmaps`],
      [
        mirror({}, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'x' } }] }),
        `${cannot} persistentvolumeclaims`,
      ],
      [mirror({}, { volumes: [{ name: 'v', csi: { driver: 'x' } }] }), `${cannot} csidrivers (via CSI volumes)`],
      [
        mirror({}, { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 'x' } }] } }] }),
        `${cannot} serviceaccounts (via projected volumes)`,
      ],
    ]
    for (const [object, expected] of table) assert.equal(await tell(Pod, { object: object as KubeObject }), expected)
  })

  test('deletes and evicts its own pods, and writes only their status', async () => {
    const { tell, own, foreign } = await setUp()
    const remove = (name: string) => tell(Pod, { operation: 'DELETE', name })
    assert.equal(await remove('own'), 'fine')
    assert.equal(await remove('foreign'), 'node "a" can only delete pods with spec.nodeName set to itself')
    const evict = (name: string) => tell(Pod, { subresource: 'eviction', name })
    assert.equal(await evict('own'), 'fine')
    assert.equal(await evict('foreign'), 'node a can only evict pods with spec.nodeName set to itself')
    const status = (old: KubeObject, object = old) =>
      tell(Pod, { operation: 'UPDATE', subresource: 'status', old, object })
    assert.equal(await status(own), 'fine')
    assert.equal(await status(foreign), 'node "a" can only update pod status for pods with spec.nodeName set to itself')
    const labelled = changed(own, ({ metadata }: KubeObject) => Object.assign(metadata, { labels: { a: 'b' } }))
    assert.equal(await status(own, labelled), 'node "a" cannot update labels through pod status')
    assert.equal(
      await tell(Pod, { operation: 'UPDATE', old: own, object: own }),
      'unexpected operation "UPDATE", node "a" can only create and delete mirror pods',
    )
    assert.equal(
      await tell(Pod, { subresource: 'binding' }),
      "unexpected pod subresource \"binding\", only 'status' and 'eviction' are allowed",
    )
  })

  test('writes its own node, without drawing work there', async () => {
    const { tell, node } = await setUp()
    const create = (labels: Record<string, string>, name = 'a') =>
      tell(Node, { name, object: { ...node, metadata: { ...node.metadata, labels } } })
    const fine = {
      'kubernetes.io/hostname': 'a',
      'node.kubernetes.io/x': '',
      'x.kubelet.kubernetes.io/y': '',
      mine: '',
    }
    assert.equal(await create(fine), 'fine')
    assert.equal(
      await create({
        'node-role.kubernetes.io/control-plane': '',
        'x.node-restriction.kubernetes.io/y': '',
        'k8s.io/z': '',
      }),
      'node "a" is not allowed to set the following labels: k8s.io/z, node-role.kubernetes.io/control-plane, x.node-restriction.kubernetes.io/y',
    )
    assert.equal(await create({}, 'b'), 'node "a" is not allowed to modify node "b"')
    const update = (change: (copy: Node) => void, subresource = '') =>
      tell(Node, { operation: 'UPDATE', subresource, name: 'a', old: node, object: changed(node, change) })
    const taint = ({ spec }: Node) => {
      spec.taints = [{ key: 'a', effect: 'NoSchedule' }]
    }
    assert.equal(await update(taint), 'node "a" is not allowed to modify taints')
    assert.equal(await update(taint, 'status'), 'fine')
    assert.equal(
      await update(({ metadata }) => Object.assign(metadata, { labels: { 'kubernetes.io/x': '' } })),
      'is not allowed to modify labels: kubernetes.io/x',
    )
    assert.equal(
      await update(({ metadata }) => Object.assign(metadata, { ownerReferences: [{}] })),
      'node "a" is not allowed to modify ownerReferences',
    )
  })

  test('asks for tokens of its pods only', async () => {
    const { tell } = await setUp()
    const ask = (boundObjectRef: object | undefined, audiences: string[] = []) =>
      tell(ServiceAccount, { subresource: 'token', object: { spec: { boundObjectRef, audiences } } as never })
    const ref = { apiVersion: 'v1', kind: 'Pod', name: 'own', uid: 'own' }
    for (const audience of ['x', 'of-driver', 'granted']) assert.equal(await ask(ref, [audience]), 'fine', audience)
    assert.equal(
      await ask(ref),
      'audience "" not found in pod spec volume, system:node:a is not authorized to request tokens for this audience',
    )
    assert.equal(await ask(undefined), 'node requested token not bound to a pod')
    assert.equal(await ask({ ...ref, kind: 'Node' }), 'node requested token not bound to a pod')
    assert.equal(await ask({ ...ref, uid: '' }), 'node requested token with a pod binding without a uid')
    assert.match(await ask({ ...ref, uid: 'x' }), /the UID in the bound object reference \(x\) does not match/)
    assert.equal(
      await ask({ ...ref, name: 'foreign', uid: 'foreign' }),
      'node requested token bound to a pod scheduled on a different node',
    )
    assert.equal(await ask(ref, ['x', 'y']), 'node may only request 0 or 1 audiences')
  })

  test('keeps its own lease, grows its claims, and asks for its own certificate', async () => {
    const { tell } = await setUp()
    const lease = (name: string, namespace = 'kube-node-lease') =>
      tell(Lease, { namespace, object: { metadata: { name } } as KubeObject })
    assert.equal(await lease('a'), 'fine')
    assert.equal(await lease('b'), 'can only access node lease with the same name as the requesting node')
    assert.equal(await lease('a', 'default'), 'can only access leases in the "kube-node-lease" system namespace')
    const old = { metadata: { name: 'c' }, spec: {}, status: { phase: 'Bound' } } as unknown as KubeObject
    const claim = (status: object, spec: object = {}) =>
      tell(PersistentVolumeClaim, {
        operation: 'UPDATE',
        subresource: 'status',
        old,
        object: { ...old, spec, status: { phase: 'Bound', ...status } } as KubeObject,
      })
    assert.equal(await claim({ capacity: { storage: '2Gi' }, conditions: [] }), 'fine')
    assert.match(await claim({ phase: 'Lost' }), /is not allowed to update fields other than status\.quantity/)
    assert.match(await claim({}, { volumeName: 'x' }), /is not allowed to update fields/)
    const request = { spec: { signerName: 'kubernetes.io/kubelet-serving', request: 'nonsense' } }
    assert.match(await tell(CertificateSigningRequest, { object: request as never }), /^unable to parse csr: /)
  })
})

test('others are not looked at', async () => {
  const { tell } = await setUp()
  assert.equal(await tell(Pod, { operation: 'DELETE', name: 'foreign' }, { name: 'jane', groups: [] }), 'fine')
  assert.match(
    await tell(Pod, {}, { name: 'system:node:', groups: ['system:nodes'] }),
    /could not determine node from user "system:node:"/,
  )
})

test("through the API: a kubelet evicts its own pods, and spends nobody else's budget", async () => {
  const { store, send, json } = await testServer()
  const pod = (name: string, nodeName: string) =>
    store.create(`core/pods/default/${name}`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', uid: name },
      spec: { nodeName, containers: [] },
      status: { phase: 'Running' },
    } as never)
  await pod('own', 'a')
  await pod('foreign', 'b')
  const evict = (name: string) => {
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } }
    return send('POST', inDefault('pods', `${name}/eviction`), { body, user: USER })
  }
  assert.equal((await evict('foreign')).status, 403)
  const left = await json<Pod>(200, 'GET', inDefault('pods', 'foreign'))
  assert.equal(left.status.conditions, undefined)
  assert.equal((await evict('own')).status, 201)
})
