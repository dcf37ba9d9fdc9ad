import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { layoutOf } from '../../src/main/layout.ts'
import { livingProcess } from '../../src/main/processes.ts'
import { eventually, type LinuxCluster, linuxCluster, ROOT, skipReason } from './harness.ts'

/** Starts the cluster in the foreground; resolves when it says that it is ready. */
async function foreground(cluster: LinuxCluster) {
  const child = spawn(join(ROOT, 'skiff'), ['up', '--data-dir', cluster.dataDir, '--no-kubeconfig'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let shown = ''
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        shown += chunk
        if (shown.includes('Ctrl-C stops it.')) resolve()
      })
    }
  })
  const early = closed.then((code) => {
    throw new Error(`skiff up ended with exit code ${code} before it was ready:\n${shown}`)
  })
  await Promise.race([ready, early])
  early.catch(() => undefined)
  return { stop: (signal: NodeJS.Signals) => child.kill(signal), closed, shown: () => shown }
}

const container = (cluster: LinuxCluster) =>
  cluster.ok(
    'get',
    'pod',
    'web',
    '-o',
    'jsonpath={.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}',
  )

suite('a cluster in the foreground', { skip: skipReason }, () => {
  test('SIGTERM leaves containers running, and the next start adopts them; Ctrl-C ends all', async () => {
    await using cluster = await linuxCluster()
    await cluster.ok('run', 'web', '--image=nginx')
    await cluster.ok('wait', '--for=condition=Ready', 'pod/web', '--timeout=60s')
    const before = await container(cluster)
    const layout = layoutOf(cluster.dataDir)
    process.kill(livingProcess(layout.pidFile) as number, 'SIGTERM')
    await eventually('Skiff to be gone', async () => (livingProcess(layout.pidFile) ? undefined : true))
    assert.ok(livingProcess(layout.containerd.pidFile))

    const first = await foreground(cluster)
    assert.equal(await container(cluster), before)
    first.stop('SIGTERM')
    assert.equal(await first.closed, 0, first.shown())

    const second = await foreground(cluster)
    assert.equal(await container(cluster), before)
    second.stop('SIGINT')
    assert.equal(await second.closed, 0, second.shown())
    assert.equal(livingProcess(layout.containerd.pidFile), undefined)
    assert.equal(existsSync(layout.runDir), false)
  })
})
