import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { eventually, type LinuxCluster, linuxCluster, skipReason } from './harness.ts'

const LIMITS = `
apiVersion: v1
kind: LimitRange
metadata: {name: limits}
spec:
  limits:
    - type: Container
      default: {cpu: 200m, memory: 64Mi}
      defaultRequest: {cpu: 50m, memory: 32Mi}
      max: {cpu: "1"}
`

const PRESET = `
apiVersion: settings.k8s.io/v1alpha1
kind: PodPreset
metadata: {name: allow-database}
spec:
  selector: {matchLabels: {role: frontend}}
  env: [{name: DB_PORT, value: "6379"}]
  volumeMounts: [{name: cache-volume, mountPath: /cache}]
  volumes: [{name: cache-volume, emptyDir: {}}]
`

suite('a namespace with limits and a quota', { skip: skipReason }, () => {
  let cluster: LinuxCluster
  before(async () => {
    cluster = await linuxCluster()
    await cluster.ok('create', 'namespace', 'team')
  })
  after(() => cluster?.[Symbol.asyncDispose]())

  const inTeam = (...args: string[]) => cluster.ok('-n', 'team', ...args)
  const failing = async (...args: string[]) => {
    const { code, stderr } = await cluster.kubectl('-n', 'team', ...args)
    assert.notEqual(code, 0)
    return stderr
  }
  const apply = async (manifest: string) => {
    const { code, stderr } = await cluster.kubectlWith(manifest, '-n', 'team', 'apply', '-f', '-')
    assert.equal(code, 0, stderr)
  }
  const untilUsed = (row: RegExp) =>
    eventually('the quota to be counted', async () => {
      const text = await inTeam('describe', 'quota', 'team-quota')
      return row.test(text) ? text : undefined
    })

  test('describe shows what is limited', async () => {
    await apply(LIMITS)
    assert.match(await inTeam('describe', 'limitrange', 'limits'), /^Container +cpu +- +1 +50m +200m +-$/m)
    await inTeam(
      'create',
      'quota',
      'team-quota',
      '--hard=pods=2,requests.cpu=1,limits.memory=1Gi,count/deployments.apps=1',
    )
    const text = await untilUsed(/^pods +0 +2$/m)
    assert.match(text, /^requests\.cpu +0 +1$/m)
    assert.match(text, /^limits\.memory +0 +1Gi$/m)
  })

  test('a pod gets the defaults, and is charged', async () => {
    await inTeam('run', 'one', '--image=nginx')
    await inTeam('wait', '--for=condition=Ready', 'pod/one', '--timeout=90s')
    const requests = '-o=jsonpath={.spec.containers[0].resources.requests.cpu}'
    assert.equal(await inTeam('get', 'pod', 'one', requests), '50m')
    assert.match(
      await inTeam('describe', 'pod', 'one'),
      /kubernetes.io\/limit-ranger:\s+LimitRanger plugin set: cpu, memory request for container one/,
    )
    assert.match(
      await inTeam('get', 'quota'),
      /^team-quota .*pods: 1\/2, requests\.cpu: 50m\/1 +limits\.memory: 64Mi\/1Gi/m,
    )
    const namespace = await cluster.ok('describe', 'namespace', 'team')
    assert.match(namespace, /Resource Quotas\n +Name: +team-quota/)
    assert.match(namespace, /^ +pods +1 +2$/m)
    assert.match(namespace, /Resource Limits\n/)
    assert.match(namespace, /^ *Container +cpu +- +1 +50m +200m +-$/m)
  })

  test('what is too much is refused, and says why', async () => {
    assert.match(
      await failing(
        'run',
        'large',
        '--image=nginx',
        '--overrides={"spec":{"containers":[{"name":"large","image":"nginx","resources":{"limits":{"cpu":"2"}}}]}}',
      ),
      /pods "large" is forbidden: maximum cpu usage per Container is 1, but limit is 2/,
    )
    await inTeam('run', 'two', '--image=nginx')
    assert.match(
      await failing('run', 'three', '--image=nginx'),
      /pods "three" is forbidden: exceeded quota: team-quota, requested: pods=1, used: pods=2, limited: pods=2/,
    )
    await inTeam('delete', 'pod', 'one', '--now')
    await untilUsed(/^pods +1 +2$/m)
    await inTeam('run', 'three', '--image=nginx')
  })

  test('a workload is told by its events that the quota is used up', async () => {
    await inTeam('create', 'deployment', 'web', '--image=nginx')
    await eventually('the event', async () =>
      /exceeded quota: team-quota/.test(await inTeam('get', 'events')) ? true : undefined,
    )
    assert.match(await failing('create', 'deployment', 'api', '--image=nginx'), /requested: count\/deployments\.apps=1/)
  })
})

suite('what pods may do, and what they get', { skip: skipReason }, () => {
  let cluster: LinuxCluster
  before(async () => {
    cluster = await linuxCluster()
  })
  after(() => cluster?.[Symbol.asyncDispose]())

  test('a restricted namespace refuses what is too strong, and warns of templates', async () => {
    await cluster.ok('create', 'namespace', 'strict')
    await cluster.ok('-n', 'strict', 'run', 'before', '--image=nginx')
    const label = ['label', 'namespace', 'strict', 'pod-security.kubernetes.io/enforce=restricted']
    const { code, stderr: warnings } = await cluster.kubectl(...label)
    assert.equal(code, 0, warnings)
    assert.match(
      warnings,
      /Warning: existing pods in namespace "strict" violate the new PodSecurity enforce level "restricted:latest"/,
    )
    assert.match(
      warnings,
      /Warning: before: allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile/,
    )
    const { stderr } = await cluster.kubectl('-n', 'strict', 'run', 'after', '--image=nginx')
    assert.match(
      stderr,
      /pods "after" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(container "after" must set/,
    )
    const created = await cluster.kubectl('-n', 'strict', 'create', 'deployment', 'web', '--image=nginx')
    assert.equal(created.code, 0)
    assert.match(created.stderr, /Warning: would violate PodSecurity "restricted:latest"/)
  })

  test('a preset reaches the container', async () => {
    const { code, stderr } = await cluster.kubectlWith(PRESET, 'apply', '-f', '-')
    assert.equal(code, 0, stderr)
    assert.match(await cluster.ok('get', 'podpreset'), /^allow-database +20\d\d-/m)
    await cluster.ok('run', 'website', '--image=nginx', '--labels=role=frontend')
    await cluster.ok('wait', '--for=condition=Ready', 'pod/website', '--timeout=90s')
    const show = ['sh', '-c', 'cd /cache && echo "$DB_PORT in $PWD"']
    assert.equal(await cluster.ok('exec', 'website', '--', ...show), '6379 in /cache')
    assert.match(
      await cluster.ok('describe', 'pod', 'website'),
      /podpreset.admission.kubernetes.io\/podpreset-allow-database/,
    )
    assert.match(await cluster.ok('explain', 'podpreset.spec'), /volumeMounts/)
  })
})
