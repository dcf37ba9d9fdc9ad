import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { memoryMounts, MemoryFs } from '../../../testing/fake-os.ts'
import type { ConfigMap } from '../../api/kinds/core/config-map.ts'
import { kubeletPaths } from '../paths.ts'
import { containerMounts } from '../config/mounts.ts'
import type { Volume } from '../pod-spec.ts'
import { container, NOW, podOf } from '../test-pods.ts'
import { VOLUME_TYPES } from './index.ts'
import type { VolumeContext } from './volume.ts'

const DIRECTORY = '/pods/volumes/v'

function setUp(files: Record<string, string> = {}, pod = podOf()) {
  const fs = new MemoryFs(files)
  const mounts = memoryMounts()
  const objects: { data?: Record<string, string> } = {}
  let now = NOW
  const context = (): VolumeContext => ({
    fs,
    mounts,
    pod,
    node: { hostIPs: [], podIPs: [], allocatable: {} },
    now: now++,
    directory: DIRECTORY,
    configMap: async () => objects.data && ({ data: objects.data } as unknown as ConfigMap),
    secret: async () => undefined,
    token: async (audience) => ({ token: `token for ${audience}`, expiresAtMs: NOW }),
  })
  const mount = (volume: Partial<Volume>) => {
    const type = VOLUME_TYPES.find(({ name }) => volume[name] !== undefined)
    assert.ok(type)
    return type.setUp({ name: 'v', ...volume }, context())
  }
  return { fs, mounts, objects, mount }
}

suite('a ConfigMap as files', () => {
  test('shows what it holds, and follows it as one', async () => {
    const { fs, objects, mount } = setUp()
    objects.data = { a: '1', b: '2' }
    await mount({ configMap: { name: 'c' } })
    assert.deepEqual((await fs.list(DIRECTORY)).filter((name) => !name.startsWith('..')).sort(), ['a', 'b'])
    assert.equal(await fs.readText(`${DIRECTORY}/a`), '1')
    const before = await fs.readLink(`${DIRECTORY}/..data`)
    await mount({ configMap: { name: 'c' } })
    assert.equal(await fs.readLink(`${DIRECTORY}/..data`), before)
    objects.data = { a: 'new' }
    await mount({ configMap: { name: 'c' } })
    assert.equal(await fs.readText(`${DIRECTORY}/a`), 'new')
    const { length } = (await fs.list(DIRECTORY)).filter((name) => name !== '..data')
    assert.equal(length, 2, 'one file and one directory of contents')
  })

  test('shows chosen keys under other names, with their modes', async () => {
    const { fs, objects, mount } = setUp()
    objects.data = { a: '1', b: '2' }
    await mount({ configMap: { name: 'c', items: [{ key: 'a', path: 'deep/x', mode: 0o400 }] } })
    assert.equal(await fs.readText(`${DIRECTORY}/deep/x`), '1')
    assert.equal((await fs.stat(`${DIRECTORY}/deep/x`))?.mode, 0o400)
    await assert.rejects(
      mount({ configMap: { name: 'c', items: [{ key: 'no', path: 'x' }] } }),
      /non-existent config key: no/,
    )
  })

  test('that is not there is an error, unless it is optional', async () => {
    const { fs, mount } = setUp()
    await assert.rejects(mount({ configMap: { name: 'c' } }), { message: 'configmap "c" not found' })
    await mount({ configMap: { name: 'c', optional: true } })
    assert.deepEqual(await fs.list(`${DIRECTORY}/..data`), [])
  })

  test('may not lead out of its volume', async () => {
    const { objects, mount } = setUp()
    objects.data = { a: '1' }
    await assert.rejects(mount({ configMap: { name: 'c', items: [{ key: 'a', path: '../x' }] } }), /invalid path/)
  })
})

test('several sources stand in one directory, in memory', async () => {
  const { fs, mounts, objects, mount } = setUp({}, podOf({ securityContext: { runAsUser: 7 } }))
  objects.data = { 'ca.crt': 'PEM' }
  await mount({
    projected: {
      sources: [
        { serviceAccountToken: { path: 'token', audience: 'api' } },
        { configMap: { name: 'root' } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
      ],
    },
  })
  const files = await Promise.all(['token', 'ca.crt', 'namespace'].map((name) => fs.readText(`${DIRECTORY}/${name}`)))
  assert.deepEqual(files, ['token for api', 'PEM', 'default'])
  assert.equal((await fs.stat(`${DIRECTORY}/token`))?.mode, 0o600)
  assert.deepEqual(
    (await mounts.list()).map(({ mountPoint, type }) => [mountPoint, type]),
    [[DIRECTORY, 'tmpfs']],
  )
})

test('an emptyDir in memory is mounted once', async () => {
  const { mounts, mount } = setUp()
  await mount({ emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } })
  await mount({ emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } })
  assert.deepEqual(await mounts.list(), [{ mountPoint: DIRECTORY, type: 'tmpfs', options: ['size=1048576'] }])
})

suite('a path of the node', () => {
  const files = { '/host/file': 'x' }
  for (const [path, type, error] of [
    ['/host/file', '', undefined],
    ['/none', '', undefined],
    ['/host/file', 'File', undefined],
    ['/host', 'Directory', undefined],
    ['/host/new', 'DirectoryOrCreate', undefined],
    ['/host/new', 'FileOrCreate', undefined],
    ['/host', 'File', 'hostPath type check failed: /host is not a file'],
    ['/none', 'Directory', 'hostPath type check failed: /none is not a directory'],
    ['/host/file', 'Socket', 'hostPath type check failed: /host/file is not a socket file'],
    ['/host/file', 'Nonsense', 'Nonsense is an invalid volume type'],
  ] as const) {
    test(`${path} as ${type || 'anything'}: ${error ?? 'is taken'}`, async () => {
      const mounted = setUp(files).mount({ hostPath: { path, type: type as 'File' } })
      if (error) await assert.rejects(mounted, { message: error })
      else assert.deepEqual(await mounted, { hostPath: path })
    })
  }
})

suite('a part of a volume', () => {
  const paths = kubeletPaths('/data')
  const mountsOf = (fs: MemoryFs, subPath: string) => {
    const app = container('app', {
      volumeMounts: [{ name: 'v', mountPath: '/in', subPath }],
      terminationMessagePath: '',
    })
    const volumes = new Map([['v', { hostPath: '/vol' }]])
    return containerMounts(fs, paths, {
      pod: podOf(),
      container: app,
      volumes,
      env: new Map(),
      podIPs: [],
      messageFile: '',
    })
  }

  test('is made when it is not there', async () => {
    const fs = new MemoryFs({ '/vol/file': '' })
    assert.equal((await mountsOf(fs, 'a/b'))[0]?.hostPath, '/vol/a/b')
    assert.equal((await fs.stat('/vol/a/b'))?.type, 'directory')
  })

  test('is never outside of it, whatever links say', async () => {
    const fs = new MemoryFs({ '/vol/file': '', '/etc/shadow': '' })
    await fs.symlink('/etc', '/vol/link')
    await assert.rejects(
      mountsOf(fs, 'link/shadow'),
      /failed to prepare subPath for volumeMount "v" of container "app"/,
    )
    await assert.rejects(mountsOf(fs, '../etc'), /must not contain '\.\.'/)
    await assert.rejects(mountsOf(fs, '/etc'), /must not be an absolute path/)
  })
})
