import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { eventually, type LinuxCluster, linuxCluster, skipReason } from './harness.ts'

const POD = (spec: string) => `apiVersion: v1
kind: Pod
metadata:
  name: wrong
spec:
${spec}`

const CONTAINER = '  containers:\n  - name: c\n    image: nginx\n'

/** What is sent, and what kubectl must print. Older ones check against the OpenAPI document themselves, in words of their own. */
const WRONG: [what: string, manifest: string, message: RegExp][] = [
  [
    'YAML that is none',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a\n',
    /error parsing .*error converting YAML to JSON: yaml: line/,
  ],
  [
    'an unknown field',
    POD(`${CONTAINER}    imagePullPolice: Always\n`),
    /strict decoding error: unknown field "spec\.containers\[0\]\.imagePullPolice"|ValidationError\(Pod\.spec\.containers\[0\]\): unknown field "imagePullPolice"/,
  ],
  [
    'a wrong type',
    POD(`${CONTAINER}  terminationGracePeriodSeconds: soon\n`),
    /cannot unmarshal string into Go struct field PodSpec\.spec\.terminationGracePeriodSeconds of type int64|ValidationError\(Pod\.spec\.terminationGracePeriodSeconds\): invalid type/,
  ],
  [
    'no container',
    POD('  restartPolicy: Never\n  containers: []\n'),
    /The Pod "wrong" is invalid: spec\.containers: Required value/,
  ],
  [
    'a wrong name',
    POD(CONTAINER).replace('name: wrong', 'name: Wrong_Name'),
    /The Pod "Wrong_Name" is invalid: metadata\.name: Invalid value: "Wrong_Name": a lowercase RFC 1123 subdomain must consist of/,
  ],
  [
    'a limit below its request',
    POD(`${CONTAINER}    resources:\n      requests: {cpu: "2"}\n      limits: {cpu: "1"}\n`),
    /spec\.containers\[0\]\.resources\.requests: Invalid value: "2": must be less than or equal to cpu limit of 1/,
  ],
  [
    'a wrong quantity',
    POD(`${CONTAINER}    resources:\n      limits: {memory: lots}\n`),
    /quantities must match the regular expression/,
  ],
  [
    'a value that is not supported',
    POD(`${CONTAINER}  restartPolicy: Sometimes\n`),
    /spec\.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"|"Always", "OnFailure", "Never"/,
  ],
  [
    'a mount of no volume',
    POD(`${CONTAINER}    volumeMounts: [{name: data, mountPath: /data}]\n`),
    /spec\.containers\[0\]\.volumeMounts\[0\]\.name: Not found: "data"/,
  ],
]

suite('what is wrong is said as upstream says it', { skip: skipReason }, () => {
  let cluster: LinuxCluster
  before(async () => {
    cluster = await linuxCluster()
  })
  after(() => cluster?.[Symbol.asyncDispose]())

  for (const [what, manifest, message] of WRONG) {
    test(what, async () => {
      const { code, stderr } = await cluster.kubectlWith(manifest, 'apply', '-f', '-')
      assert.equal(code, 1)
      assert.match(stderr, message)
    })
  }

  test('an image that does not exist', async () => {
    await cluster.ok('run', 'nope', '--image=nope:1')
    const reasons = new Set<string>()
    await eventually('ImagePullBackOff', async () => {
      reasons.add(
        await cluster.ok('get', 'pod', 'nope', '-o', 'jsonpath={.status.containerStatuses[0].state.waiting.reason}'),
      )
      return reasons.has('ImagePullBackOff') || undefined
    })
    assert.match(await cluster.ok('get', 'pod', 'nope'), /^nope +0\/1 +(ErrImagePull|ImagePullBackOff) +0 /m)
    const story = await cluster.ok('describe', 'pod', 'nope')
    assert.match(story, /Warning +Failed +\S+( \(x\d+ over \S+\))? +kubelet +Failed to pull image "nope:1": /)
    assert.match(story, /Warning +Failed +\S+( \(x\d+ over \S+\))? +kubelet +Error: ErrImagePull/)
    assert.match(story, /Normal +BackOff +\S+( \(x\d+ over \S+\))? +kubelet +Back-off pulling image "nope:1"/)
    const logs = await cluster.kubectl('logs', 'nope')
    assert.match(
      logs.stderr,
      /container "nope" in pod "nope" is waiting to start: (trying and failing to pull image|image can't be pulled)/,
    )
    await cluster.ok('delete', 'pod', 'nope')
  })

  test('a pod that fits nowhere says why', async () => {
    const manifest = POD(`${CONTAINER}    resources:\n      requests: {cpu: "1000"}\n`)
    assert.equal((await cluster.kubectlWith(manifest, 'apply', '-f', '-')).code, 0)
    const story = await eventually('FailedScheduling', async () => {
      const described = await cluster.ok('describe', 'pod', 'wrong')
      return described.includes('FailedScheduling') ? described : undefined
    })
    assert.match(
      story,
      /Warning +FailedScheduling +\S+( \(x\d+ over \S+\))? +default-scheduler +0\/1 nodes are available: 1 Insufficient cpu\./,
    )
    await cluster.ok('delete', 'pod', 'wrong')
  })

  test('a container that ends again and again backs off', async () => {
    await cluster.ok('run', 'crash', '--image=busybox', '--', 'sh', '-c', 'exit 3')
    await eventually('CrashLoopBackOff', async () =>
      /CrashLoopBackOff +[1-9]/.test(await cluster.ok('get', 'pod', 'crash')) ? true : undefined,
    )
    const state = await cluster.ok(
      'get',
      'pod',
      'crash',
      '-o',
      'jsonpath={.status.containerStatuses[0].lastState.terminated.exitCode} {.status.containerStatuses[0].lastState.terminated.reason} {.status.phase}',
    )
    assert.equal(state, '3 Error Running')
    assert.match(
      await cluster.ok('describe', 'pod', 'crash'),
      /Warning +BackOff +\S+( \(x\d+ over \S+\))? +kubelet +Back-off restarting failed container crash in pod crash_default/,
    )
    await cluster.ok('delete', 'pod', 'crash', '--grace-period=1')
  })
})
