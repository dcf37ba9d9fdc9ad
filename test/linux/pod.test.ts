import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import {
  eventually,
  freePort,
  inTerminal,
  kubectlProgram,
  type LinuxCluster,
  linuxCluster,
  skipReason,
} from './harness.ts'

suite('a pod with lifecycle hooks, limits and ports', { skip: skipReason }, () => {
  let cluster: LinuxCluster
  const scratch = mkdtempSync(join(tmpdir(), 'skiff-pod-'))
  before(async () => {
    cluster = await linuxCluster()
  })
  after(async () => {
    rmSync(scratch, { recursive: true })
    await cluster?.[Symbol.asyncDispose]()
  })

  test('apply makes it run', async () => {
    assert.equal(await cluster.ok('apply', '-f', 'examples/nginx-pod.yaml'), 'pod/my-nginx created')
    await cluster.ok('wait', '--for=condition=Ready', 'pod/my-nginx', '--timeout=60s')
    const [head, row] = (await cluster.ok('get', 'pod', 'my-nginx', '-o', 'wide')).split('\n')
    assert.match(head ?? '', /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES$/)
    assert.match(row ?? '', /^my-nginx +1\/1 +Running +0 +\d+s +10\.42\.0\.\d+ +\S+ +<none> +<none>$/)
  })

  test('describe tells the story', async () => {
    const story = await cluster.ok('describe', 'pod', 'my-nginx')
    assert.match(story, /QoS Class: +Guaranteed/)
    assert.match(story, /Limits:\s+cpu: +500m\s+memory: +128Mi/)
    for (const [reason, from, message] of [
      ['Scheduled', 'default-scheduler', 'Successfully assigned default/my-nginx to'],
      ['Pulling', 'kubelet', 'Pulling image "nginx"'],
      ['Pulled', 'kubelet', 'Successfully pulled image "nginx" in'],
      ['Created', 'kubelet', 'Container created'],
      ['Started', 'kubelet', 'Container started'],
    ] as const) {
      assert.match(story, new RegExp(`Normal +${reason} +\\S+ +${from} +${message}`), `${reason} in\n${story}`)
    }
  })

  test('its limits are those of its cgroup', async () => {
    const files = '/sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max'
    assert.match(
      await cluster.ok('exec', 'my-nginx', '--', 'sh', '-c', `cat ${files} 2>/dev/null || true`),
      /^134217728$/m,
    )
  })

  test('exec runs a command, with its exit code, and in a terminal', async () => {
    assert.equal(
      await cluster.ok('exec', 'my-nginx', '--', 'cat', '/usr/share/message'),
      'Hello from the postStart handler',
    )
    const failed = await cluster.kubectl('exec', 'my-nginx', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7')
    assert.deepEqual([failed.code, failed.stdout], [7, 'out\n'])
    assert.match(failed.stderr, /^err\n/)
    const terminal = await inTerminal(
      cluster,
      `${kubectlProgram()} exec -it my-nginx -- sh`,
      'tty; stty size; exit 3\n',
    )
    assert.match(terminal.stdout, /\/dev\/pts\/0/)
    assert.equal(terminal.code, 3, terminal.stdout)
  })

  test('standard input reaches the command, and its end too', async () => {
    const input = randomBytes(3_000_000)
    const sent = await cluster.kubectlWith(input, 'exec', '-i', 'my-nginx', '--', 'sh', '-c', 'wc -c')
    assert.equal(sent.stdout.trim(), String(input.length))
  })

  test('cp copies both ways', async () => {
    const [there, back] = [join(scratch, 'there'), join(scratch, 'back')]
    writeFileSync(there, randomBytes(2_000_000))
    await cluster.ok('cp', there, 'my-nginx:/tmp/copied')
    await cluster.ok('cp', 'my-nginx:/tmp/copied', back)
    assert.ok(readFileSync(there).equals(readFileSync(back)))
  })

  test('port-forward lets curl reach it, and logs show that', async () => {
    const port = await freePort()
    const forward = spawn(kubectlProgram(), ['port-forward', 'pod/my-nginx', `${port}:80`], {
      env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await new Promise((resolve) => forward.stdout.once('data', resolve))
      for (let i = 0; i < 3; i++) {
        const answer = await fetch(`http://127.0.0.1:${port}/`)
        assert.match(await answer.text(), /Welcome to nginx!/)
      }
    } finally {
      forward.kill('SIGINT')
      await new Promise((resolve) => forward.once('close', resolve))
    }
    const logs = await cluster.ok('logs', 'my-nginx', '--tail=2')
    assert.equal(logs.split('\n').length, 2)
    assert.match(logs, /"GET \/ HTTP\/1\.1" 200/)
  })

  test('logs -f goes on until the pod is deleted, and the deletion honours its hook and grace period', async () => {
    const following = cluster.kubectl('logs', '-f', 'my-nginx')
    const deleted = cluster.ok('delete', 'pod', 'my-nginx')
    const terminating = await eventually('Terminating', async () => {
      const { stdout } = await cluster.kubectl(
        'get',
        'pod',
        'my-nginx',
        '-o',
        'jsonpath={.metadata.deletionGracePeriodSeconds}',
      )
      return stdout || undefined
    })
    assert.equal(terminating, '30')
    assert.equal(
      await deleted,
      'pod "my-nginx" deleted'.concat((await deleted).includes('namespace') ? ' from default namespace' : ''),
    )
    assert.equal((await following).code, 0)
    assert.match((await cluster.kubectl('get', 'pod', 'my-nginx')).stderr, /pods "my-nginx" not found/)
  })
})
