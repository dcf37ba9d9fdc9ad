import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Event } from '../../api/kinds/core/event.ts'
import type { Pod } from '../../api/kinds/core/pod.ts'
import type { PodPreset } from '../../api/kinds/settings/pod-preset.ts'
import { inDefault, podBody, testServer, type TestServer } from '../test-server.ts'

const PODS = inDefault('pods')
const PRESETS = inDefault('podpresets', '', '/apis/settings.k8s.io/v1alpha1')

const presetBody = (name: string, spec: object) => ({
  apiVersion: 'settings.k8s.io/v1alpha1',
  kind: 'PodPreset',
  metadata: { name },
  spec: { selector: { matchLabels: { role: 'web' } }, ...spec },
})

const addPreset = ({ json }: TestServer, name: string, spec: object) =>
  json<PodPreset>(201, 'POST', PRESETS, { body: presetBody(name, spec) })

const web = (name: string, spec: object = {}, annotations: object = {}) => ({
  body: podBody(name, spec, { labels: { role: 'web' }, annotations }),
})

const CACHE = {
  env: [{ name: 'DB', value: 'db' }],
  envFrom: [{ configMapRef: { name: 'more' } }],
  volumes: [{ name: 'cache', emptyDir: {} }],
  volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
}

suite('a preset', () => {
  test('is merged into all containers of the pods that it selects', async () => {
    const server = await testServer()
    const { metadata: preset } = await addPreset(server, 'cache', CACHE)
    const spec = {
      containers: [{ name: 'main', image: 'nginx', env: [{ name: 'A', value: '1' }] }],
      initContainers: [{ name: 'init', image: 'nginx' }],
    }
    const { metadata, spec: merged } = await server.json<Pod>(201, 'POST', PODS, web('p', spec))
    const [main, init] = [merged.containers[0], merged.initContainers?.[0]]
    assert.deepEqual(main?.env, [{ name: 'A', value: '1' }, ...CACHE.env])
    assert.deepEqual([init?.env, init?.envFrom], [CACHE.env, CACHE.envFrom])
    assert.deepEqual(main?.volumeMounts?.[0], CACHE.volumeMounts[0])
    assert.deepEqual(merged.volumes?.[0], CACHE.volumes[0])
    const annotation = 'podpreset.admission.kubernetes.io/podpreset-cache'
    assert.equal(metadata.annotations?.[annotation], preset.resourceVersion)
  })

  test('leaves other pods alone, and those that want to be', async () => {
    const server = await testServer()
    await addPreset(server, 'cache', CACHE)
    const exclude = { 'podpreset.admission.kubernetes.io/exclude': 'true' }
    for (const body of [{ body: podBody('other') }, web('excluded', {}, exclude)]) {
      const { spec } = await server.json<Pod>(201, 'POST', PODS, body)
      assert.equal(spec.containers[0]?.env, undefined)
    }
  })

  test('may say what the pod says already', async () => {
    const server = await testServer()
    await addPreset(server, 'cache', CACHE)
    await addPreset(server, 'again', { env: CACHE.env })
    const spec = { containers: [{ name: 'main', image: 'nginx', env: CACHE.env }] }
    const { metadata, spec: merged } = await server.json<Pod>(201, 'POST', PODS, web('p', spec))
    assert.deepEqual(merged.containers[0]?.env, CACHE.env)
    assert.equal(Object.keys(metadata.annotations ?? {}).length, 2)
  })

  test('that contradicts a pod is not applied, nor are others, and an event tells', async () => {
    const server = await testServer()
    await addPreset(server, 'cache', CACHE)
    await addPreset(server, 'other', { env: [{ name: 'B', value: '2' }] })
    const env = [{ name: 'DB', value: 'mine' }]
    const spec = { containers: [{ name: 'main', image: 'nginx', env }] }
    const { metadata, spec: kept } = await server.json<Pod>(201, 'POST', PODS, web('p', spec))
    assert.deepEqual([kept.containers[0]?.env, metadata.annotations], [env, undefined])
    const { items } = await server.api(Event).list({ namespace: 'default' })
    const [event] = items.filter(({ involvedObject }) => involvedObject.uid === metadata.uid)
    assert.equal(event?.type, 'Warning')
    assert.match(
      event?.message ?? '',
      /merging env for cache has a conflict on DB: \n.*"db".*\ndoes not match\n.*"mine"/,
    )
  })

  test('cannot mount two things in one place', async () => {
    const server = await testServer()
    await addPreset(server, 'cache', CACHE)
    const spec = {
      containers: [{ name: 'main', image: 'nginx', volumeMounts: [{ name: 'own', mountPath: '/cache' }] }],
      volumes: [{ name: 'own', emptyDir: {} }],
    }
    const { spec: kept } = await server.json<Pod>(201, 'POST', PODS, web('p', spec))
    assert.deepEqual(kept.volumes?.map(({ name }) => name).includes('cache'), false)
  })

  test('must give something, and never changes', async () => {
    const server = await testServer()
    const { message } = await server.fail('POST', PRESETS, { body: presetBody('none', {}) })
    assert.equal(
      message,
      'PodPreset.settings.k8s.io "none" is invalid: spec.volumes.env.envFrom.volumeMounts: Required value: must specify at least one',
    )
    await addPreset(server, 'cache', CACHE)
    const headers = { 'content-type': 'application/merge-patch+json' }
    const body = { metadata: { labels: { a: 'b' } }, spec: { env: [] } }
    const { metadata, spec } = await server.json<PodPreset>(200, 'PATCH', `${PRESETS}/cache`, { body, headers })
    assert.deepEqual([metadata.labels, spec.env], [{ a: 'b' }, CACHE.env])
  })

  test('is served: found in discovery, and explained', async () => {
    const { json } = await testServer()
    const { resources } = await json<{ resources: { name: string }[] } & Pod>(
      200,
      'GET',
      '/apis/settings.k8s.io/v1alpha1',
    )
    assert.deepEqual(
      resources.map(({ name }) => name),
      ['podpresets'],
    )
    const v3 = await json<{ components: { schemas: object } } & Pod>(
      200,
      'GET',
      '/openapi/v3/apis/settings.k8s.io/v1alpha1',
    )
    assert.ok('io.k8s.api.settings.v1alpha1.PodPresetSpec' in v3.components.schemas)
  })
})
