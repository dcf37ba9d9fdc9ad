import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { converse, eventually, kubectlProgram, type LinuxCluster, linuxCluster, run, skipReason } from './harness.ts'

const CONFIG = (data: string) => `apiVersion: v1
kind: ConfigMap
metadata:
  name: conf
data:
  ${data}
`

suite('kubectl', { skip: skipReason }, () => {
  let cluster: LinuxCluster
  const scratch = mkdtempSync(join(tmpdir(), 'skiff-kubectl-'))
  before(async () => {
    cluster = await linuxCluster()
  })
  after(async () => {
    rmSync(scratch, { recursive: true })
    await cluster?.[Symbol.asyncDispose]()
  })
  const apply = (manifest: string, ...flags: string[]) => cluster.kubectlWith(manifest, 'apply', '-f', '-', ...flags)
  const data = (key: string) => cluster.ok('get', 'configmap', 'conf', '-o', `jsonpath={.data.${key}}`)

  test('apply creates, configures, and says when nothing changed', async () => {
    assert.equal((await apply(CONFIG('a: "1"'))).stdout, 'configmap/conf created\n')
    assert.equal((await apply(CONFIG('a: "1"'))).stdout, 'configmap/conf unchanged\n')
    assert.equal((await apply(CONFIG('b: "2"'))).stdout, 'configmap/conf configured\n')
    assert.equal(await data('a'), '')
    assert.equal(await data('b'), '2')
  })

  test('diff shows what apply would change', async () => {
    const { code, stdout } = await cluster.kubectlWith(CONFIG('b: "3"'), 'diff', '-f', '-')
    assert.equal(code, 1)
    assert.match(stdout, /^-  b: "2"\n\+  b: "3"$/m)
    assert.equal((await cluster.kubectlWith(CONFIG('b: "2"'), 'diff', '-f', '-')).code, 0)
  })

  test('apply --server-side takes fields over only when forced', async () => {
    const taken = await apply(CONFIG('b: "9"'), '--server-side', '--field-manager=other')
    assert.equal(taken.code, 1)
    assert.match(
      taken.stderr,
      /Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: \.data\.b/,
    )
    const forced = await apply(CONFIG('b: "9"'), '--server-side', '--field-manager=other', '--force-conflicts')
    assert.equal(forced.stdout, 'configmap/conf serverside-applied\n')
    assert.equal(await data('b'), '9')
  })

  test('label, annotate and selectors', async () => {
    assert.equal(await cluster.ok('label', 'configmap', 'conf', 'tier=web'), 'configmap/conf labeled')
    assert.match(
      (await cluster.kubectl('label', 'configmap', 'conf', 'tier=db')).stderr,
      /already has a value \(web\), and --overwrite is false/,
    )
    await cluster.ok('label', 'configmap', 'conf', 'tier=db', '--overwrite')
    assert.equal(await cluster.ok('annotate', 'configmap', 'conf', 'note=kept'), 'configmap/conf annotated')
    assert.equal(
      await cluster.ok('get', 'configmap', '-l', 'tier in (db,web),tier!=web', '-o', 'name'),
      'configmap/conf',
    )
    assert.equal(await cluster.ok('get', 'configmap', '-l', 'tier=web', '-o', 'name'), '')
    assert.equal(
      await cluster.ok('get', 'configmap', '--field-selector', 'metadata.name=conf', '-o', 'name'),
      'configmap/conf',
    )
  })

  test('patch in all its types', async () => {
    const patch = (type: string, text: string) => cluster.ok('patch', 'configmap', 'conf', `--type=${type}`, '-p', text)
    await patch('merge', '{"data":{"b":null,"m":"merge"}}')
    await patch('json', '[{"op":"test","path":"/data/m","value":"merge"},{"op":"add","path":"/data/j","value":"json"}]')
    await patch('strategic', '{"data":{"s":"strategic"}}')
    assert.equal(
      await cluster.ok('get', 'configmap', 'conf', '-o', 'jsonpath={.data}'),
      '{"j":"json","m":"merge","s":"strategic"}',
    )
    const failed = await cluster.kubectl(
      'patch',
      'configmap',
      'conf',
      '--type=json',
      '-p',
      '[{"op":"test","path":"/data/m","value":"other"}]',
    )
    assert.equal(failed.code, 1)
  })

  test('edit opens an editor and sends what was saved', async () => {
    const editor = join(scratch, 'editor.sh')
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/m: merge/m: edited/" "$1"\n')
    chmodSync(editor, 0o755)
    const edited = await run(kubectlProgram(), ['edit', 'configmap', 'conf'], {
      env: { ...process.env, KUBECONFIG: cluster.kubeconfig, KUBE_EDITOR: editor },
    })
    assert.equal(edited.stdout.trim(), 'configmap/conf edited')
    assert.equal(await data('m'), 'edited')
  })

  test('replace needs the newest version, or none', async () => {
    const old = await cluster.ok('get', 'configmap', 'conf', '-o', 'yaml')
    await cluster.ok('label', 'configmap', 'conf', 'more=1')
    const stale = await cluster.kubectlWith(old, 'replace', '-f', '-')
    assert.match(
      stale.stderr,
      /Operation cannot be fulfilled on configmaps "conf": the object has been modified; please apply your changes to the latest version and try again/,
    )
    assert.equal(
      (await cluster.kubectlWith(CONFIG('r: "1"'), 'replace', '-f', '-')).stdout,
      'configmap/conf replaced\n',
    )
    assert.equal(await data('r'), '1')
  })

  test('get -w shows changes as they come', async () => {
    const watching = spawn(kubectlProgram(), ['get', 'configmap', '-w', '--watch-only', '-o', 'name'], {
      env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let seen = ''
    watching.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      seen += chunk
    })
    // A watch that has not begun yet would miss the change, so changes go on until one is seen.
    await eventually('a change on the watch', async () => {
      await cluster.ok('annotate', '--overwrite', 'configmap', 'conf', `at=${performance.now()}`)
      return seen.includes('configmap/conf') || undefined
    })
    watching.kill()
  })

  test('delete -f, and what is gone is said to be', async () => {
    assert.match((await cluster.kubectlWith(CONFIG('r: "1"'), 'delete', '-f', '-')).stdout, /^configmap "conf" deleted/)
    const gone = await cluster.kubectl('get', 'configmap', 'conf')
    assert.deepEqual([gone.code, gone.stderr.trim()], [1, 'Error from server (NotFound): configmaps "conf" not found'])
  })

  test('explain and api-resources', async () => {
    const explained = await cluster.ok('explain', 'pods.spec.affinity.podAffinity')
    assert.match(explained, /KIND: +Pod\nVERSION: +v1/)
    assert.match(explained, /requiredDuringSchedulingIgnoredDuringExecution\s+<\[\](Object|PodAffinityTerm)>/)
    assert.match(await cluster.ok('explain', 'deployment.spec.strategy.rollingUpdate.maxSurge'), /IntOrString|string/)
    const resources = await cluster.ok('api-resources')
    for (const row of [
      /^pods +po +v1 +true +Pod$/m,
      /^deployments +deploy +apps\/v1 +true +Deployment$/m,
      /^nodes +no +v1 +false +Node$/m,
      /^priorityclasses +pc +scheduling\.k8s\.io\/v1 +false +PriorityClass$/m,
    ]) {
      assert.match(resources, row)
    }
  })

  test('run, create deployment, wait, events', async () => {
    assert.equal(
      await cluster.ok('run', 'once', '--image=busybox', '--restart=Never', '--', 'echo', 'hello'),
      'pod/once created',
    )
    const phase = () => cluster.ok('get', 'pod', 'once', '-o', 'jsonpath={.status.phase}')
    await eventually('Succeeded', async () => ((await phase()) === 'Succeeded' ? true : undefined))
    assert.equal(await cluster.ok('logs', 'once'), 'hello')
    assert.match(await cluster.ok('get', 'pods'), /^once +0\/1 +Completed +0 /m)
    assert.equal(await cluster.ok('create', 'deployment', 'web', '--image=nginx'), 'deployment.apps/web created')
    await cluster.ok('wait', '--for=condition=Available', 'deployment/web', '--timeout=60s')
    const scaled = /ScalingReplicaSet +[Dd]eployment(\.apps)?\/web +Scaled up replica set web-\S+ from 0 to 1/
    assert.match(await cluster.ok('get', 'events'), scaled)
    // kubectl has had this command since 1.23.
    if ((await cluster.kubectl('events', '--help')).code === 0) assert.match(await cluster.ok('events'), scaled)
    assert.match(await cluster.ok('get', 'all'), /^deployment\.apps\/web +1\/1 /m)
  })

  test('a namespace takes what is in it along', async () => {
    await cluster.ok('create', 'namespace', 'short')
    await cluster.ok('-n', 'short', 'create', 'deployment', 'web', '--image=nginx')
    await cluster.ok('-n', 'short', 'wait', '--for=condition=Available', 'deployment/web', '--timeout=60s')
    assert.match(
      await cluster.ok('-n', 'short', 'get', 'serviceaccount,configmap', '-o', 'name'),
      /serviceaccount\/default/,
    )
    await cluster.ok('delete', 'namespace', 'short', '--timeout=60s')
    assert.match(
      (await cluster.kubectl('-n', 'short', 'create', 'configmap', 'x')).stderr,
      /namespaces "short" not found/,
    )
  })

  test('attach reaches a running container', async () => {
    await cluster.ok('apply', '-f', 'examples/echo-pod.yaml')
    await cluster.ok('wait', '--for=condition=Ready', 'pod/echo', '--timeout=60s')
    const shown = await converse(
      kubectlProgram(),
      ['attach', '-i', 'echo'],
      cluster.kubeconfig,
      'one\ntwo\n',
      /got one\s+got two/,
    )
    assert.match(shown, /got one\ngot two/)
  })

  test('nobody anonymous gets beyond version and health', async () => {
    const status = (path: string) =>
      new Promise<string>((resolve, reject) => {
        const sent = get({ host: '127.0.0.1', port: cluster.port, path, rejectUnauthorized: false }, (answer) => {
          answer.resume()
          resolve(String(answer.statusCode))
        })
        sent.on('error', reject)
      })
    for (const path of ['/version', '/healthz', '/livez', '/readyz']) assert.equal(await status(path), '200', path)
    for (const path of ['/api', '/apis', '/api/v1/namespaces', '/openapi/v2', '/metrics'])
      assert.match(await status(path), /^40[13]$/, path)
  })
})
