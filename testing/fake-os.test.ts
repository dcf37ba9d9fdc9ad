import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { suite, test } from 'node:test'
import { type Fs, hostFs } from '../src/os/fs.ts'
import { fakeOs, MemoryFs, memoryMounts } from './fake-os.ts'

const code = (expected: string) => (error: unknown) => {
  assert.equal((error as { code?: string }).code, expected)
  return true
}

/** What both do: the real files, in a directory of their own, and those in memory. */
function contract(name: string, open: () => Promise<{ fs: Fs; root: string; close(): Promise<void> }>): void {
  const check = (what: string, run: (fs: Fs, root: string) => Promise<void>) =>
    test(`${name}: ${what}`, async () => {
      const { fs, root, close } = await open()
      try {
        await run(fs, root)
      } finally {
        await close()
      }
    })

  check('a file is what was written last', async (fs, root) => {
    await fs.write(`${root}/a`, 'one', 0o600)
    await fs.write(`${root}/a`, 'two')
    assert.equal(await fs.readText(`${root}/a`), 'two')
    assert.deepEqual(Buffer.from(await fs.read(`${root}/a`)), Buffer.from('two'))
    assert.deepEqual(await fs.stat(`${root}/a`), { type: 'file', mode: 0o600, sizeBytes: 3 })
    assert.equal(Buffer.from(await fs.readTail(`${root}/a`, 2)).toString(), 'wo')
    assert.equal(Buffer.from(await fs.readTail(`${root}/a`, 9)).toString(), 'two')
    assert.equal(Buffer.from(await fs.readTail(`${root}/a`, 0)).toString(), '')
    await fs.chmod(`${root}/a`, 0o4755)
    assert.equal((await fs.stat(`${root}/a`))?.mode, 0o4755)
  })

  check('what is not there is missing', async (fs, root) => {
    assert.equal(await fs.stat(`${root}/no`), undefined)
    assert.equal(await fs.lstat(`${root}/no/further`), undefined)
    for (const run of [
      () => fs.read(`${root}/no`),
      () => fs.readText(`${root}/no`),
      () => fs.readTail(`${root}/no`, 5),
      () => fs.list(`${root}/no`),
      () => fs.readLink(`${root}/no`),
      () => fs.realPath(`${root}/no`),
      () => fs.write(`${root}/no/file`, 'x'),
      () => fs.chmod(`${root}/no`, 0o644),
      () => fs.rename(`${root}/no`, `${root}/yes`),
      () => fs.symlink('a', `${root}/no/link`),
    ]) {
      await assert.rejects(run, code('ENOENT'), String(run))
    }
    await fs.remove(`${root}/no`)
    await fs.removeDirectory(`${root}/no`)
  })

  check('directories are made with those above them, listed, and removed', async (fs, root) => {
    await fs.makeDirectory(`${root}/a/b/c`, 0o750)
    await fs.makeDirectory(`${root}/a/b/c`, 0o700)
    assert.equal((await fs.stat(`${root}/a/b/c`))?.type, 'directory')
    assert.equal((await fs.stat(`${root}/a/b/c`))?.mode, 0o750, 'one that is there stays as it is')
    await fs.write(`${root}/a/file`, '')
    assert.deepEqual((await fs.list(`${root}/a`)).sort(), ['b', 'file'])
    await assert.rejects(fs.removeDirectory(`${root}/a/b`), code('ENOTEMPTY'))
    await fs.removeDirectory(`${root}/a/b/c`)
    assert.deepEqual(await fs.list(`${root}/a/b`), [])
    await fs.remove(`${root}/a`)
    assert.equal(await fs.stat(`${root}/a`), undefined)
    assert.deepEqual(await fs.list(root), [])
  })

  check('links lead on, unless it is the link that is meant', async (fs, root) => {
    await fs.makeDirectory(`${root}/one`)
    await fs.write(`${root}/one/file`, 'here')
    await fs.symlink('one', `${root}/current`)
    await fs.symlink('current/file', `${root}/file`)
    assert.equal(await fs.readText(`${root}/file`), 'here')
    assert.equal((await fs.stat(`${root}/file`))?.type, 'file')
    assert.equal((await fs.lstat(`${root}/file`))?.type, 'symlink')
    assert.equal(await fs.readLink(`${root}/file`), 'current/file')
    assert.equal(await fs.realPath(`${root}/file`), `${root}/one/file`)
    assert.deepEqual(await fs.list(`${root}/current`), ['file'])
    await fs.write(`${root}/current/more`, 'x')
    assert.equal(await fs.readText(`${root}/one/more`), 'x')
    await assert.rejects(fs.symlink('elsewhere', `${root}/file`), code('EEXIST'))
    await fs.remove(`${root}/current`)
    assert.equal(await fs.readText(`${root}/one/file`), 'here')
    assert.equal(await fs.stat(`${root}/file`), undefined, 'it leads nowhere now')
    assert.equal((await fs.lstat(`${root}/file`))?.type, 'symlink')
  })

  check('renaming replaces, and takes along what is below', async (fs, root) => {
    await fs.makeDirectory(`${root}/a/b`)
    await fs.write(`${root}/a/b/c`, 'deep')
    await fs.rename(`${root}/a`, `${root}/z`)
    assert.equal(await fs.readText(`${root}/z/b/c`), 'deep')
    assert.equal(await fs.stat(`${root}/a`), undefined)
    await fs.symlink('old', `${root}/link`)
    await fs.symlink('new', `${root}/next`)
    await fs.rename(`${root}/next`, `${root}/link`)
    assert.equal(await fs.readLink(`${root}/link`), 'new')
    assert.deepEqual((await fs.list(root)).sort(), ['link', 'z'])
  })
}

suite('files', () => {
  contract('the real ones', async () => {
    const root = await mkdtemp(`${tmpdir()}/skiff-fs-`)
    return { fs: hostFs, root, close: () => rm(root, { recursive: true }) }
  })
  contract('those in memory', async () => {
    const fs = new MemoryFs()
    await fs.makeDirectory('/files')
    return { fs, root: '/files', close: async () => {} }
  })
})

test('a machine in memory says of itself what the kubelet reads', async () => {
  const { fs, mounts } = fakeOs({ '/etc/hostname': 'box\n' })
  assert.equal(await fs.readText('/etc/hostname'), 'box\n')
  assert.match(await fs.readText('/proc/meminfo'), /^MemTotal:/)
  assert.deepEqual(
    (await mounts.list()).map(({ type }) => type),
    ['cgroup2'],
  )
  await fs.makeDirectory('/sys/fs/cgroup/skiff/pod')
  await fs.write('/sys/fs/cgroup/skiff/pod/cpu.max', '10000 100000')
  await assert.rejects(fs.removeDirectory('/sys/fs/cgroup/skiff'), code('ENOTEMPTY'))
  await fs.removeDirectory('/sys/fs/cgroup/skiff/pod')
  assert.deepEqual(await fs.list('/sys/fs/cgroup/skiff'), [])
})

test('mounts are listed in their order, and taken away', async () => {
  const mounts = memoryMounts()
  await mounts.mount({ source: 'tmpfs', target: '/a', type: 'tmpfs', options: ['size=1m'] })
  await mounts.mount({ source: 'tmpfs', target: '/b', type: 'tmpfs' })
  await mounts.unmount('/a')
  assert.deepEqual(await mounts.list(), [{ mountPoint: '/b', type: 'tmpfs', options: [] }])
})
