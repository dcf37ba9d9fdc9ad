import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EndpointSlice } from '../api/kinds/discovery/endpoint-slice.ts'
import { Namespace } from '../api/kinds/core/namespace.ts'
import { Service } from '../api/kinds/core/service.ts'
import { PriorityClass } from '../api/kinds/scheduling/priority-class.ts'
import { seededRandom } from '../std/random.ts'
import { silentLog } from '../std/log.ts'
import { bootstrap, keepBootstrapped } from './bootstrap.ts'
import { testServer } from './test-server.ts'

const KUBERNETES = { namespace: 'default', name: 'kubernetes' }

const where = (address: string) => ({ serviceIp: '10.96.0.1', advertise: { address, port: 6443 } })

test('what every cluster has', async () => {
  const { api } = await testServer()
  const names = async (kind: Parameters<typeof api>[0]) =>
    (await api(kind).list()).items.map(({ metadata }) => metadata.name)
  assert.deepEqual(await names(Namespace as never), ['default', 'kube-node-lease', 'kube-public', 'kube-system'])
  assert.deepEqual(await names(PriorityClass as never), ['system-cluster-critical', 'system-node-critical'])
  const { spec } = await api(Service).get(KUBERNETES)
  assert.deepEqual([spec.clusterIP, spec.ports?.[0]?.port, spec.ports?.[0]?.targetPort], ['10.96.0.1', 443, 6443])
})

test('a server that moved says so; one that did not writes nothing', async () => {
  const { api, store } = await testServer()
  const revision = store.revision()
  await bootstrap(api, where('192.0.2.1'))
  assert.equal(store.revision(), revision)
  await bootstrap(api, where('192.0.2.2'))
  const { endpoints } = await api(EndpointSlice).get(KUBERNETES)
  assert.deepEqual(
    endpoints?.map(({ addresses }) => addresses),
    [['192.0.2.2']],
  )
})

test('what somebody deletes comes back', async () => {
  const { api, clock } = await testServer()
  const keeper = keepBootstrapped({ clock, random: seededRandom(1), log: silentLog }, api, where('192.0.2.1'))
  await api(Service).delete(KUBERNETES)
  await clock.advance('11s')
  assert.equal((await api(Service).get(KUBERNETES)).spec.clusterIP, '10.96.0.1')
  keeper.stop()
})
