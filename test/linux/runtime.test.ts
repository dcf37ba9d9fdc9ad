import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { layoutOf } from '../../src/main/layout.ts'
import { livingProcess } from '../../src/main/processes.ts'
import { eventually, freePort, linuxCluster, ROOT, run, skipReason } from './harness.ts'

suite('the container runtime', { skip: skipReason }, () => {
  test('one that is killed is started again, and its containers do not notice', async () => {
    await using cluster = await linuxCluster()
    const { containerd } = layoutOf(cluster.dataDir)
    await cluster.ok('run', 'web', '--image=nginx')
    await cluster.ok('wait', '--for=condition=Ready', 'pod/web', '--timeout=60s')
    const killed = livingProcess(containerd.pidFile)
    assert.ok(killed)
    process.kill(killed, 'SIGKILL')
    await eventually('another containerd', async () => {
      const now = livingProcess(containerd.pidFile)
      return now && now !== killed ? now : undefined
    })
    await cluster.ok('run', 'later', '--image=nginx')
    await cluster.ok('wait', '--for=condition=Ready', 'pod/later', '--timeout=60s')
    const restarts = '{.items[*].status.containerStatuses[0].restartCount}'
    assert.equal(await cluster.ok('get', 'pods', '-o', `jsonpath=${restarts}`), '0 0')
  })

  test('one that does not stay up fails the start, with what it said', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'skiff-broken-'))
    try {
      const program = join(dir, 'bin', 'containerd')
      mkdirSync(join(dir, 'bin'))
      writeFileSync(program, '#!/bin/sh\necho "containerd: no space left on device" >&2\nexit 1\n')
      chmodSync(program, 0o755)
      const env = { ...process.env, PATH: `${join(dir, 'bin')}:${process.env.PATH}` }
      const flags = ['--data-dir', join(dir, 'data'), '--api-port', String(await freePort()), '--no-kubeconfig']
      const { code, stderr } = await run(join(ROOT, 'skiff'), ['up', '--detach', ...flags], { env })
      assert.notEqual(code, 0)
      assert.match(
        stderr.trimEnd().split('\n').at(-1) ?? '',
        /^skiff: containerd does not stay up: containerd: no space left on device; see /,
      )
      assert.equal((await run(join(ROOT, 'skiff'), ['reset', '--data-dir', join(dir, 'data')])).code, 0)
    } finally {
      rmSync(dir, { recursive: true })
    }
  })

  test('one that is there already is used, and left alone', async () => {
    await using host = await linuxCluster()
    const { containerd } = layoutOf(host.dataDir)
    // The other cluster's containerd plays the part of one that a user has.
    const dir = mkdtempSync(join(tmpdir(), 'skiff-guest-'))
    const flags = ['--data-dir', join(dir, 'data')]
    const kubeconfig = join(dir, 'data', 'admin.kubeconfig')
    const skiff = (...args: string[]) => run(join(ROOT, 'skiff'), [...args, ...flags])
    try {
      const port = String(await freePort())
      const up = await skiff(
        'up',
        '--detach',
        '--no-kubeconfig',
        '--api-port',
        port,
        '--container-runtime-endpoint',
        containerd.socket,
      )
      assert.equal(up.code, 0, up.stderr)
      const kubectl = (...args: string[]) => host.ok('--kubeconfig', kubeconfig, ...args)
      await kubectl('run', 'guest', '--image=nginx')
      await kubectl('wait', '--for=condition=Ready', 'pod/guest', '--timeout=60s')
      await host.ok('run', 'own', '--image=nginx')
      await host.ok('wait', '--for=condition=Ready', 'pod/own', '--timeout=60s')
      assert.equal((await skiff('reset')).code, 0)
      assert.ok(livingProcess(containerd.pidFile))
      assert.match(await host.ok('exec', 'own', '--', 'echo', 'alive'), /alive/)
      assert.equal(readFileSync(containerd.pidFile, 'utf8').length > 0, true)
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })
})
