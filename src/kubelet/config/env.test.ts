import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { ConfigMap } from '../../api/kinds/core/config-map.ts'
import type { Secret } from '../../api/kinds/core/secret.ts'
import type { Service } from '../../api/kinds/core/service.ts'
import { container, podOf } from '../test-pods.ts'
import { environment } from './env.ts'
import { expand } from './expand.ts'
import { serviceEnv } from './service-env.ts'

suite('expansion', () => {
  const values: Record<string, string> = { A: 'a', B: 'b' }
  for (const [text, expected] of [
    ['$(A)', 'a'],
    ['x$(A)y$(B)z', 'xaybz'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$a'],
    ['$(NONE)', '$(NONE)'],
    ['$A $ $(A', '$A $ $(A'],
    ['$()', '$()'],
  ] as const) {
    test(`${text} is ${expected}`, () =>
      assert.equal(
        expand(text, (name) => values[name]),
        expected,
      ))
  }
})

const base64 = (text: string) => Buffer.from(text).toString('base64')
const sources = {
  configMap: async (name: string) =>
    name === 'settings' ? ({ data: { color: 'blue' } } as unknown as ConfigMap) : undefined,
  secret: async (name: string) =>
    name === 'keys' ? ({ data: { key: base64('s3cret') } } as unknown as Secret) : undefined,
}
const node = {
  hostIPs: ['192.0.2.1'],
  podIPs: ['10.0.0.5'],
  allocatable: { cpu: '4', memory: '8Gi' },
}

async function env(parts: Parameters<typeof container>[1], services = new Map<string, string>()) {
  const app = container('app', parts)
  const pod = podOf({ containers: [app], metadata: { labels: { tier: 'front', app: 'web' } } })
  return Object.fromEntries(await environment({ pod, container: app, services, sources, node }))
}

const from = (name: string, valueFrom: object) => ({ name, valueFrom })

suite('the environment of a container', () => {
  test('takes values from everywhere, and later ones from earlier ones', async () => {
    const found = await env(
      {
        envFrom: [
          { configMapRef: { name: 'settings' }, prefix: 'P_' },
          { secretRef: { name: 'none', optional: true } },
        ],
        env: [
          { name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'key' } } },
          { name: 'ALL', value: '$(P_color) $(KEY) $(SERVICE)' },
          { name: 'EMPTY' },
          from('IP', { fieldRef: { fieldPath: 'status.podIP' } }),
          from('TIER', { fieldRef: { fieldPath: "metadata.labels['tier']" } }),
          from('NONE', { configMapKeyRef: { name: 'settings', key: 'none', optional: true } }),
        ],
      },
      new Map([
        ['SERVICE', 'here'],
        ['EMPTY', 'service'],
      ]),
    )
    assert.deepEqual(found, {
      P_color: 'blue',
      KEY: 's3cret',
      ALL: 'blue s3cret here',
      EMPTY: '',
      IP: '10.0.0.5',
      TIER: 'front',
      SERVICE: 'here',
    })
  })

  test('tells of limits, or of what the node has where there are none', async () => {
    const resource = (name: string, divisor?: string) => ({
      resourceFieldRef: { resource: name, ...(divisor && { divisor }) },
    })
    const found = await env({
      resources: { limits: { cpu: '1500m' } },
      env: [
        from('CPU', resource('limits.cpu')),
        from('MILLI', resource('limits.cpu', '1m')),
        from('MEMORY', resource('limits.memory', '1Mi')),
        from('REQUEST', resource('requests.memory')),
      ],
    })
    assert.deepEqual(found, { CPU: '2', MILLI: '1500', MEMORY: '8192', REQUEST: '0' })
  })

  for (const [what, valueFrom, message] of [
    ['a ConfigMap', { configMapKeyRef: { name: 'x', key: 'k' } }, 'configmap "x" not found'],
    ['a key', { configMapKeyRef: { name: 'settings', key: 'k' } }, "couldn't find key k in ConfigMap default/settings"],
    ['a Secret', { secretKeyRef: { name: 'x', key: 'k' } }, 'secret "x" not found'],
  ] as const) {
    test(`cannot be made without ${what} that it names`, () =>
      assert.rejects(env({ env: [from('A', valueFrom)] }), { message }))
  }
})

test('services are told of by their own namespace, and the API server by every one', () => {
  const service = (namespace: string, name: string, clusterIP: string) =>
    ({
      metadata: { namespace, name },
      spec: { clusterIP, ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
    }) as unknown as Service
  const all = [
    service('default', 'kubernetes', '10.96.0.1'),
    service('shop', 'cart-db', '10.96.0.7'),
    service('shop', 'headless', 'None'),
    service('other', 'else', '10.96.0.8'),
  ]
  assert.deepEqual([...serviceEnv(all, 'shop', false).keys()].slice(0, 2), [
    'KUBERNETES_SERVICE_HOST',
    'KUBERNETES_SERVICE_PORT',
  ])
  assert.deepEqual(
    Object.fromEntries([...serviceEnv(all, 'shop', true)].filter(([name]) => !name.startsWith('KUBERNETES'))),
    {
      CART_DB_SERVICE_HOST: '10.96.0.7',
      CART_DB_SERVICE_PORT: '80',
      CART_DB_SERVICE_PORT_HTTP: '80',
      CART_DB_PORT: 'tcp://10.96.0.7:80',
      CART_DB_PORT_80_TCP: 'tcp://10.96.0.7:80',
      CART_DB_PORT_80_TCP_PROTO: 'tcp',
      CART_DB_PORT_80_TCP_PORT: '80',
      CART_DB_PORT_80_TCP_ADDR: '10.96.0.7',
    },
  )
})
