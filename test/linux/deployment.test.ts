import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { eventually, type LinuxCluster, linuxCluster, skipReason } from './harness.ts'

suite('a deployment with two replicas', { skip: skipReason }, () => {
  let cluster: LinuxCluster
  before(async () => {
    cluster = await linuxCluster()
  })
  after(() => cluster?.[Symbol.asyncDispose]())

  const rolledOut = () => cluster.ok('rollout', 'status', 'deployment/nginx-test', '--timeout=90s')
  const names = async () =>
    (await cluster.ok('get', 'pods', '-l', 'app=nginx', '-o', 'name')).split('\n').filter(Boolean)
  const image = () =>
    cluster.ok('get', 'deployment', 'nginx-test', '-o', 'jsonpath={.spec.template.spec.containers[0].image}')

  test('becomes available', async () => {
    await cluster.ok('apply', '-f', 'examples/nginx-deployment.yaml')
    assert.match(await rolledOut(), /deployment "nginx-test" successfully rolled out$/)
    assert.match(await cluster.ok('get', 'deploy', '-l', 'app=nginx-deploy'), /^nginx-test +2\/2 +2 +2 +\d+s$/m)
    assert.equal((await names()).length, 2)
  })

  test('a pod that is deleted is replaced', async () => {
    const [first, second] = await names()
    assert.ok(first && second)
    await cluster.ok('delete', first)
    const now = await eventually('two pods again', async () => {
      const found = await names()
      return found.length === 2 && !found.includes(first) ? found : undefined
    })
    assert.ok(now.includes(second))
    await rolledOut()
  })

  test('scale', async () => {
    assert.equal(
      await cluster.ok('scale', 'deployment/nginx-test', '--replicas=4'),
      'deployment.apps/nginx-test scaled',
    )
    await rolledOut()
    assert.equal((await names()).length, 4)
    await cluster.ok('scale', 'deployment/nginx-test', '--replicas=2')
    await eventually('two pods', async () => ((await names()).length === 2 ? true : undefined))
  })

  test('set image rolls out, history lists it, undo goes back', async () => {
    await cluster.ok('set', 'image', 'deployment/nginx-test', 'my-nginx=nginx:1.16')
    await rolledOut()
    assert.equal(await image(), 'nginx:1.16')
    assert.match(await cluster.ok('rollout', 'history', 'deployment/nginx-test'), /^1 +<none>\n2 +<none>$/m)
    assert.match(
      await cluster.ok('rollout', 'history', 'deployment/nginx-test', '--revision=2'),
      /Image:\s+nginx:1\.16/,
    )
    await cluster.ok('rollout', 'undo', 'deployment/nginx-test')
    await rolledOut()
    assert.equal(await image(), 'nginx')
    assert.match(await cluster.ok('rollout', 'history', 'deployment/nginx-test'), /^2 +<none>\n3 +<none>$/m)
  })

  test('a paused deployment waits until it is resumed', async () => {
    await cluster.ok('rollout', 'pause', 'deployment/nginx-test')
    await cluster.ok('set', 'image', 'deployment/nginx-test', 'my-nginx=nginx:1.20')
    const { stdout } = await cluster.kubectl('rollout', 'status', 'deployment/nginx-test', '--watch=false')
    assert.match(
      stdout,
      /Waiting for deployment "nginx-test" rollout to finish: 0 out of 2 new replicas have been updated/,
    )
    await cluster.ok('rollout', 'resume', 'deployment/nginx-test')
    await rolledOut()
    assert.match(
      await cluster.ok('get', 'pods', '-l', 'app=nginx', '-o', 'jsonpath={.items[*].spec.containers[0].image}'),
      /nginx:1\.20/,
    )
  })

  test('its pods reach one another, and go with it', async () => {
    await eventually('only the new pods', async () => ((await names()).length === 2 ? true : undefined))
    const ips = (await cluster.ok('get', 'pods', '-l', 'app=nginx', '-o', 'jsonpath={.items[*].status.podIP}')).split(
      ' ',
    )
    const [from] = await names()
    for (const ip of ips)
      assert.match(
        await cluster.ok('exec', String(from).replace('pod/', ''), '--', 'wget', '-qO-', `http://${ip}/`),
        /Welcome to nginx!/,
      )
    await cluster.ok('delete', '-f', 'examples/nginx-deployment.yaml')
    await eventually('no pods and sets', async () =>
      (await cluster.ok('get', 'pods,replicasets', '-o', 'name')) === '' ? true : undefined,
    )
  })
})
