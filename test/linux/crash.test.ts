import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { ConfigMap } from '../../src/api/kinds/core/config-map.ts'
import type { Api } from '../../src/client/api.ts'
import { createApi } from '../../src/client/client.ts'
import { httpsTransport } from '../../src/client/https-transport.ts'
import { layoutOf } from '../../src/main/layout.ts'
import { livingProcess } from '../../src/main/processes.ts'
import { eventually, type LinuxCluster, linuxCluster, skipReason } from './harness.ts'

const WRITES = 1000
const WRITERS = 16

suite('kill -9 in the middle of a thousand writes', { skip: skipReason }, () => {
  let cluster: LinuxCluster
  before(async () => {
    cluster = await linuxCluster()
  })
  after(() => cluster?.[Symbol.asyncDispose]())

  const admin = (): Api => {
    const pem = (name: string) => readFileSync(join(cluster.dataDir, 'pki', name), 'utf8')
    return createApi(
      httpsTransport({
        server: `https://127.0.0.1:${cluster.port}`,
        ca: pem('ca.crt'),
        cert: pem('admin.crt'),
        key: pem('admin.key'),
      }),
    )
  }
  const containerIds = (pod: string) =>
    cluster.ok(
      'get',
      'pod',
      pod,
      '-o',
      'jsonpath={.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}',
    )

  /** Writes until the server is gone; the names whose writes were acknowledged. */
  async function writeUntilKilled(api: Api, onHalf: () => void): Promise<Set<string>> {
    const acknowledged = new Set<string>()
    let next = 0
    const writer = async () => {
      while (next < WRITES) {
        const name = `write-${next++}`
        await api(ConfigMap).create({ metadata: { name, namespace: 'default' }, data: { name } })
        acknowledged.add(name)
        if (acknowledged.size === WRITES / 2) onHalf()
      }
    }
    await Promise.allSettled(Array.from({ length: WRITERS }, writer))
    return acknowledged
  }

  test('every acknowledged write is there, containers ran on, and what was deleted is cleaned up', async () => {
    for (const name of ['stays', 'goes']) {
      await cluster.ok('run', name, '--image=nginx')
      await cluster.ok('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s')
    }
    const before = await containerIds('stays')
    const pid = livingProcess(layoutOf(cluster.dataDir).pidFile)
    assert.ok(pid)
    const deleting = cluster.kubectl('delete', 'pod', 'goes', '--wait=false')
    await deleting
    const acknowledged = await writeUntilKilled(admin(), () => process.kill(pid, 'SIGKILL'))
    assert.ok(acknowledged.size >= WRITES / 2 && acknowledged.size < WRITES, `${acknowledged.size} were acknowledged`)

    const { code, stderr } = await cluster.up()
    assert.equal(code, 0, stderr)
    const there = new Set(
      (await admin()(ConfigMap).list({ namespace: 'default' })).items.map(({ metadata }) => metadata.name),
    )
    assert.deepEqual(
      [...acknowledged].filter((name) => !there.has(name)),
      [],
    )
    assert.equal(await containerIds('stays'), before)
    await eventually('the deleted pod to be gone', async () =>
      (await cluster.kubectl('get', 'pod', 'goes')).code === 0 ? undefined : true,
    )
    const { stdout } = await cluster.kubectl('get', 'pods', '-o', 'name')
    assert.equal(stdout.trim(), 'pod/stays')
  })
})
