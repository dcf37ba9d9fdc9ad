import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { freePort, linuxCluster, ROOT, run, skipReason, testRegistries } from './harness.ts'

/** What a cluster could leave behind on the host. */
async function footprint() {
  const { stdout: links } = await run('ip', ['-o', 'link', 'show'])
  const { stdout: tables } = await run('nft', ['list', 'tables'])
  return {
    processes: processes(),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[4]),
    links: links.split('\n').map((line) => line.split(': ')[1]),
    tables: tables.split('\n'),
    cgroups: readdirSync('/sys/fs/cgroup', { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort(),
    files: ['/run', '/var/lib', '/var/log', '/run/netns', '/run/containerd']
      .flatMap((dir) => (existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : []))
      .sort(),
  }
}

/** The command lines of what runs, without kernel threads and this test's own. */
function processes(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      } catch {
        // It has ended since the folder was listed.
        return ''
      }
    })
    .filter((command) => /containerd|runc|skiff\.ts|pause|nginx|busybox/.test(command))
    .sort()
}

suite('what a cluster leaves on the machine', { skip: skipReason }, () => {
  test('reset leaves nothing', async () => {
    testRegistries()
    const before = await footprint()
    {
      await using cluster = await linuxCluster()
      await cluster.ok('create', 'deployment', 'web', '--image=nginx', '--replicas=2')
      await cluster.ok('rollout', 'status', 'deployment/web', '--timeout=90s')
      assert.notDeepEqual(await footprint(), before)
      const { code } = await cluster.skiff('reset')
      assert.equal(code, 0)
      assert.equal(existsSync(cluster.dataDir), false)
    }
    assert.deepEqual(await footprint(), before)
  })

  test('down stops all and keeps the data; up brings it back', async () => {
    await using cluster = await linuxCluster()
    await cluster.ok('create', 'configmap', 'kept', '--from-literal=a=b')
    await cluster.ok('run', 'web', '--image=nginx')
    await cluster.ok('wait', '--for=condition=Ready', 'pod/web', '--timeout=60s')
    const again = await cluster.up()
    assert.deepEqual([again.code, again.stdout.startsWith('Skiff already runs in')], [0, true])
    const status = await cluster.skiff('status')
    assert.equal(status.code, 0)
    assert.match(status.stdout, /^skiff +running \(process \d+\)$/m)
    assert.match(status.stdout, /^node \S+ +Ready$/m)
    assert.match(status.stdout, /^pods +1 Running$/m)
    assert.equal((await cluster.skiff('down')).code, 0)
    assert.equal(
      processes().some((command) => command.includes(cluster.dataDir)),
      false,
    )
    const stopped = await cluster.skiff('status')
    assert.notEqual(stopped.code, 0)
    assert.match(stopped.stdout, /^skiff +not running; start it with skiff up --data-dir /m)
    assert.equal((await cluster.up()).code, 0)
    assert.equal(await cluster.ok('get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}'), 'b')
    await cluster.ok('wait', '--for=condition=Ready', 'pod/web', '--timeout=60s')
  })

  test('two clusters run side by side', async () => {
    await using one = await linuxCluster()
    await using two = await linuxCluster()
    for (const cluster of [one, two]) {
      await cluster.ok('run', 'web', '--image=nginx')
      await cluster.ok('wait', '--for=condition=Ready', 'pod/web', '--timeout=60s')
    }
    assert.equal((await one.skiff('reset')).code, 0)
    assert.match(await two.ok('exec', 'web', '--', 'echo', 'alive'), /alive/)
  })
})

suite('what cannot work is said in one line', { skip: skipReason }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'skiff-wrong-'))
  const up = (...flags: string[]) => run(join(ROOT, 'skiff'), ['up', '--detach', '--no-kubeconfig', ...flags])
  const data = ['--data-dir', join(dir, 'data')]

  const refuses = async (flags: string[], message: RegExp) => {
    const { code, stderr } = await up(...flags)
    assert.notEqual(code, 0)
    const lines = stderr.trimEnd().split('\n')
    assert.equal(lines.length, 1, stderr)
    assert.match(lines[0] ?? '', message)
  }

  test('a port in use', async () => {
    const port = await freePort()
    const holder = createServer().listen(port, '0.0.0.0')
    await new Promise((resolve) => holder.once('listening', resolve))
    await refuses(
      [...data, '--api-port', String(port)],
      /^skiff: port \d+ is in use by another program; stop that, or choose another port with --api-port$/,
    )
    holder.close()
  })

  test('a registries file that is not there, or is wrong', async () => {
    await refuses(
      [...data, '--registries', join(dir, 'none.yaml')],
      /^skiff: --registries .*none\.yaml: cannot read it: ENOENT/,
    )
    const wrong = join(dir, 'wrong.yaml')
    writeFileSync(wrong, 'mirrors:\n  docker.io:\n    endpoints: [x]\n')
    await refuses([...data, '--registries', wrong], /^skiff: --registries .*wrong\.yaml: line 3/)
  })

  test('a runtime that is not there', async () => {
    await refuses(
      [...data, '--container-runtime-endpoint', join(dir, 'no.sock')],
      /^skiff: --container-runtime-endpoint .*no\.sock: there is no such socket; start that runtime, or leave the flag out/,
    )
  })

  test('a data directory that holds something else', async () => {
    const foreign = mkdtempSync(join(dir, 'foreign-'))
    writeFileSync(join(foreign, 'thesis.txt'), '')
    await refuses(['--data-dir', foreign], /^skiff: .* holds things that are not Skiff's \(thesis\.txt\)/)
    const reset = await run(join(ROOT, 'skiff'), ['reset', '--data-dir', foreign])
    assert.match(reset.stdout, /^There is no cluster in/)
    assert.ok(statSync(join(foreign, 'thesis.txt')).isFile())
  })

  const nobody = { uid: 65_534, gid: 65_534 }
  // A checkout below /root, for example, is closed to everybody else.
  const closed = !skipReason && spawnSync('test', ['-r', join(ROOT, 'skiff')], nobody).status !== 0

  test('an unprivileged user', { skip: closed && 'this checkout can be read by root alone' }, () => {
    const { status, stderr } = spawnSync(join(ROOT, 'skiff'), ['up', ...data], { ...nobody, encoding: 'utf8' })
    assert.notEqual(status, 0)
    assert.match(stderr, /^skiff: skiff up must run as root: sudo skiff up$/m)
    rmSync(dir, { recursive: true })
  })
})
