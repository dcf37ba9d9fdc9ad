import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { converse, freePort, type LinuxCluster, linuxCluster, run, skipReason } from './harness.ts'

/** Debian 12's kubectl (1.20), unpacked and not installed: it speaks SPDY, and OpenAPI v2 as protobuf. */
function debianKubectl(dir: string): string {
  const download = () => execFileSync('apt-get', ['download', 'kubernetes-client'], { cwd: dir, stdio: 'ignore' })
  try {
    download()
  } catch {
    // A fresh machine has no package lists yet.
    execFileSync('apt-get', ['update'], { stdio: 'ignore' })
    download()
  }
  const archive = readdirSync(dir).find((name) => name.endsWith('.deb'))
  execFileSync('dpkg-deb', ['-x', join(dir, String(archive)), dir])
  return join(dir, 'usr/bin/kubectl')
}

suite('an old kubectl', { skip: skipReason }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'skiff-old-kubectl-'))
  let cluster: LinuxCluster
  let program: string
  const kubectl = (args: string[], input: string | Buffer = '') =>
    run(program, args, { input, env: { ...process.env, KUBECONFIG: cluster.kubeconfig } })
  const ok = async (...args: string[]) => {
    const { code, stdout, stderr } = await kubectl(args)
    assert.equal(code, 0, `kubectl ${args.join(' ')}\n${stderr}`)
    return stdout.trimEnd()
  }
  before(async () => {
    program = debianKubectl(dir)
    cluster = await linuxCluster()
  })
  after(async () => {
    rmSync(dir, { recursive: true })
    await cluster?.[Symbol.asyncDispose]()
  })

  test('apply, get and explain', async () => {
    assert.equal(await ok('apply', '-f', 'examples/nginx-pod.yaml'), 'pod/my-nginx created')
    await ok('wait', '--for=condition=Ready', 'pod/my-nginx', '--timeout=60s')
    assert.match(await ok('get', 'pods'), /^my-nginx +1\/1 +Running +0 /m)
    assert.match(
      await ok('explain', 'pods.spec.affinity.podAffinity'),
      /requiredDuringSchedulingIgnoredDuringExecution\s+<\[\]Object>/,
    )
  })

  test('exec over SPDY: output, exit code, and standard input to its end', async () => {
    const { code, stdout, stderr } = await kubectl([
      'exec',
      'my-nginx',
      '--',
      'sh',
      '-c',
      'echo out; echo err >&2; exit 7',
    ])
    assert.deepEqual([code, stdout], [7, 'out\n'])
    assert.match(stderr, /^err\n/)
    const input = randomBytes(3_000_000)
    assert.equal(
      (await kubectl(['exec', '-i', 'my-nginx', '--', 'wc', '-c'], input)).stdout.trim(),
      String(input.length),
    )
  })

  test('cp over SPDY', async () => {
    const [there, back] = [join(dir, 'there'), join(dir, 'back')]
    writeFileSync(there, randomBytes(500_000))
    await ok('cp', there, 'my-nginx:/tmp/copied')
    await ok('cp', 'my-nginx:/tmp/copied', back)
    assert.ok(readFileSync(there).equals(readFileSync(back)))
  })

  test('port-forward over SPDY', async () => {
    const port = await freePort()
    const env = { ...process.env, KUBECONFIG: cluster.kubeconfig }
    const forward = spawn(program, ['port-forward', 'pod/my-nginx', `${port}:80`], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await new Promise((resolve) => forward.stdout.once('data', resolve))
      assert.match(await (await fetch(`http://127.0.0.1:${port}/`)).text(), /Welcome to nginx!/)
    } finally {
      forward.kill('SIGINT')
      await new Promise((resolve) => forward.once('close', resolve))
    }
  })

  test('attach and logs', async () => {
    await ok('apply', '-f', 'examples/echo-pod.yaml')
    await ok('wait', '--for=condition=Ready', 'pod/echo', '--timeout=60s')
    assert.match(await converse(program, ['attach', '-i', 'echo'], cluster.kubeconfig, 'one\n', /got one/), /got one/)
  })
})
