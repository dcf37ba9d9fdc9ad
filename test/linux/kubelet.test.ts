import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { builtinSchema } from '../../src/api/builtin-schema.ts'
import type { VersionInfo } from '../../src/api/discovery.ts'
import { isApiError } from '../../src/api/errors.ts'
import { ConfigMap } from '../../src/api/kinds/core/config-map.ts'
import { Event } from '../../src/api/kinds/core/event.ts'
import { Namespace } from '../../src/api/kinds/core/namespace.ts'
import { Node } from '../../src/api/kinds/core/node.ts'
import { Pod } from '../../src/api/kinds/core/pod.ts'
import { Secret } from '../../src/api/kinds/core/secret.ts'
import { ServiceAccount } from '../../src/api/kinds/core/service-account.ts'
import { KINDS } from '../../src/api/kinds/index.ts'
import { type ApiServer, apiServer } from '../../src/apiserver/server.ts'
import type { Api } from '../../src/client/api.ts'
import { createApi } from '../../src/client/client.ts'
import { createEventRecorder } from '../../src/client/event-recorder.ts'
import { createInformers } from '../../src/client/informers.ts'
import { type Kubelet, runKubelet } from '../../src/kubelet/kubelet.ts'
import { hostFs } from '../../src/os/fs.ts'
import { hostHttpGet, hostTcpConnect } from '../../src/os/http-get.ts'
import { hostMounts } from '../../src/os/mount.ts'
import { sleep, systemClock } from '../../src/std/clock.ts'
import { logTo } from '../../src/std/log.ts'
import { systemRandom } from '../../src/std/random.ts'
import { memoryDriver } from '../../src/store/memory.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { run, skipReason, testRegistries } from './harness.ts'
import { type OwnContainerd, startOwnContainerd } from './own-containerd.ts'

const ADMIN = { name: 'admin', groups: ['system:masters'] }
const WAIT_MS = 60_000
/** The first process of a container hears no signal that it does not ask for. */
const WAIT = "trap 'exit 0' TERM; sleep 1000 & wait"

async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = systemClock.monotonic() + WAIT_MS; systemClock.monotonic() < end; ) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    await sleep(systemClock, 50)
  }
  throw new Error(`not within a minute: ${what}`)
}

suite('the kubelet with real containers', { skip: skipReason }, () => {
  let containerd: OwnContainerd
  let api: Api
  let store: Store
  let server: ApiServer
  let kubelet: Kubelet
  let stop = new AbortController()
  const problems: string[] = []
  const log = logTo((level, message, fields) => {
    if (level !== 'debug' && level !== 'info') problems.push(`${message} ${JSON.stringify(fields)}`)
  })
  const env = { clock: systemClock, random: systemRandom, log }

  const startKubelet = async () => {
    stop = new AbortController()
    const informers = createInformers(api, env)
    const os = { fs: hostFs, mounts: hostMounts(), httpGet: hostHttpGet, tcpConnect: hostTcpConnect }
    const events = createEventRecorder(api, env, { component: 'kubelet', host: 'a' })
    const config = {
      nodeName: 'a',
      nodeIPs: ['127.0.0.1'],
      dataDir: `${containerd.dir}/kubelet`,
      clusterName: containerd.cgroup.slice(1),
      kubeletPort: 10250,
    }
    kubelet = await runKubelet(env, os, { api, informers, cri: containerd.cri, events }, config, stop.signal)
    informers.start(stop.signal)
    await kubelet.started
  }

  before(async () => {
    containerd = await startOwnContainerd(testRegistries(), '10.199.78.0/24')
    store = await openStore(memoryDriver(), env)
    const version = { major: '1', minor: '36' } as unknown as VersionInfo
    server = await apiServer({
      kinds: KINDS,
      store,
      env,
      schema: builtinSchema,
      serviceCidr: '10.96.0.0/16',
      version,
    })
    api = createApi(server.transport(ADMIN), { userAgent: 'test', clock: systemClock })
    for (const name of ['default', 'kube-node-lease']) {
      await api(Namespace)
        .create({ metadata: { name } })
        .catch((error: unknown) => assert.ok(isApiError(error, 'AlreadyExists')))
    }
    await api(ServiceAccount).create({
      metadata: { name: 'default', namespace: 'default' },
      automountServiceAccountToken: false,
    })
    await startKubelet()
  })
  after(async () => {
    stop.abort(new Error('the test is over'))
    await kubelet?.stopped
    server?.stop()
    await store?.close()
    await containerd?.[Symbol.asyncDispose]()
  })

  const get = (name: string) => api(Pod).get({ namespace: 'default', name })
  const create = (name: string, spec: Partial<Pod['spec']>) =>
    api(Pod).create({ metadata: { name, namespace: 'default' }, spec: { nodeName: 'a', ...spec } as Pod['spec'] })
  const phase = (name: string, wanted: string) =>
    until(`${name} is ${wanted}`, async () => (await get(name)).status.phase === wanted && get(name))
  const gone = (name: string) =>
    until(`${name} is gone`, () =>
      get(name).then(
        () => false as const,
        (error) => isApiError(error, 'NotFound'),
      ),
    )
  const remove = async (name: string) => {
    await api(Pod).delete({ namespace: 'default', name })
    await gone(name)
  }
  const reasons = async (name: string) => {
    const { items } = await api(Event).list({ namespace: 'default' })
    return items.filter(({ involvedObject }) => involvedObject.name === name).map(({ reason }) => reason)
  }
  const sh = async (name: string, script: string, container = 'app') => {
    const status = (await get(name)).status.containerStatuses?.find((each) => each.name === container)
    const id = status?.containerID?.split('://')[1] ?? ''
    const { stdout, stderr } = await containerd.cri.execSync(id, ['sh', '-c', script], 10)
    return Buffer.concat([stdout, stderr]).toString('utf8').trim()
  }
  const app = (script: string, more: Partial<Pod['spec']['containers'][number]> = {}) => ({
    name: 'app',
    image: 'busybox:1.28',
    command: ['sh', '-c', script],
    ...more,
  })

  test('the node is ready, with what the machine has', async () => {
    const { status } = await until('the node is ready', async () => {
      const node = await api(Node).get({ name: 'a' })
      return node.status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') && node
    })
    assert.match(status.nodeInfo?.containerRuntimeVersion ?? '', /^containerd:\/\/\d/)
    assert.equal(status.capacity?.pods, '110')
  })

  test('nginx with hooks and limits runs, answers, and goes', async () => {
    const exec = (command: string) => ({ exec: { command: ['/bin/sh', '-c', command] } })
    const limits = { cpu: '500m', memory: '128Mi' }
    await create('web', {
      containers: [
        {
          name: 'app',
          image: 'nginx',
          ports: [{ containerPort: 80 }],
          resources: { limits, requests: limits },
          lifecycle: {
            postStart: exec('echo hello from the hook > /usr/share/message'),
            preStop: exec('echo bye > /tmp/message'),
          },
          readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 1 },
        },
      ],
    })
    const pod = await until(
      'web is ready',
      async () => (await get('web')).status.containerStatuses?.[0]?.ready && get('web'),
    )
    const { podIP, qosClass } = pod.status
    assert.equal(qosClass, 'Guaranteed')
    assert.equal((await hostHttpGet({ url: `http://${podIP}/`, timeoutMs: 5000 })).status, 200)
    assert.equal(await sh('web', 'cat /usr/share/message'), 'hello from the hook')
    assert.equal(await sh('web', 'hostname'), 'web')
    assert.match(await sh('web', 'cat /etc/hosts'), new RegExp(`${podIP}\tweb`))
    assert.equal(await memoryLimit(`${containerd.cgroup}/kubepods/pod${pod.metadata.uid}`), 128 * 1024 * 1024)
    const logs = join(containerd.dir, 'kubelet/logs/pods', `default_web_${pod.metadata.uid}`, 'app/0.log')
    assert.ok(existsSync(logs))
    await remove('web')
    assert.deepEqual(
      (await reasons('web')).filter((reason) => reason !== 'MissingClusterDNS' && reason !== 'Unhealthy'),
      ['Pulling', 'Pulled', 'Created', 'Started', 'Killing'],
    )
    assert.ok(!existsSync(logs))
  })

  test('environment, arguments and volumes come from where the pod says', async () => {
    await api(ConfigMap).create({ metadata: { name: 'settings', namespace: 'default' }, data: { color: 'blue' } })
    await api(Secret).create({
      metadata: { name: 'keys', namespace: 'default' },
      data: { key: Buffer.from('s3cret').toString('base64') },
    })
    writeFileSync(join(containerd.dir, 'from-host'), 'the host')
    await create('all', {
      containers: [
        app(WAIT, {
          env: [
            { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } },
            { name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'BOTH', value: '$(COLOR)-$(WHO)-$$(WHO)-$(NONE)' },
          ],
          volumeMounts: [
            { name: 'config', mountPath: '/config' },
            { name: 'keys', mountPath: '/keys', readOnly: true },
            { name: 'memory', mountPath: '/memory' },
            { name: 'disk', mountPath: '/disk' },
            { name: 'disk', mountPath: '/part', subPath: 'a/b' },
            { name: 'host', mountPath: '/from-host' },
            { name: 'about', mountPath: '/about' },
          ],
        }),
      ],
      volumes: [
        { name: 'config', configMap: { name: 'settings' } },
        { name: 'keys', secret: { secretName: 'keys' } },
        { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
        { name: 'disk', emptyDir: {} },
        { name: 'host', hostPath: { path: join(containerd.dir, 'from-host'), type: 'File' } },
        { name: 'about', downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
      ],
    })
    await phase('all', 'Running')
    assert.equal(await sh('all', 'echo $BOTH'), 'blue-all-$(WHO)-$(NONE)')
    assert.equal(await sh('all', 'cat /config/color /keys/key /from-host /about/name'), 'blues3cretthe hostall')
    assert.match(await sh('all', 'grep " /memory " /proc/mounts'), /^tmpfs \/memory tmpfs/)
    assert.equal(await sh('all', 'echo hi > /part/file; cat /disk/a/b/file'), 'hi')
    await remove('all')
    assert.deepEqual(readdirSync(join(containerd.dir, 'kubelet/pods')), [])
  })

  test('a pod whose work fails leaves its message and its code', async () => {
    await create('job', {
      restartPolicy: 'Never',
      containers: [app('echo what went wrong > /dev/termination-log; exit 3')],
    })
    const { status } = await phase('job', 'Failed')
    const { exitCode, reason, message } = status.containerStatuses?.[0]?.state?.terminated ?? {}
    assert.deepEqual({ exitCode, reason, message }, { exitCode: 3, reason: 'Error', message: 'what went wrong\n' })
    await remove('job')
  })

  test('a container that ends is started again, then waits', async () => {
    await create('crash', { containers: [app('exit 1')] })
    const waiting = await until('crash waits', async () => {
      const status = (await get('crash')).status.containerStatuses?.[0]
      return status?.state?.waiting?.reason === 'CrashLoopBackOff' && status
    })
    assert.equal(waiting.restartCount, 1)
    assert.match(
      waiting.state?.waiting?.message ?? '',
      /^back-off 10s restarting failed container=app pod=crash_default/,
    )
    await remove('crash')
  })

  test('a program and an image that do not exist are told of in the words of the runtime', async () => {
    await create('program', { containers: [{ ...app(''), command: ['/nothing-here'] }] })
    await create('image', { containers: [{ ...app(''), image: 'nothing-here:1' }] })
    const waiting = (name: string, wanted: string) =>
      until(`${name} waits with ${wanted}`, async () => {
        const found = (await get(name)).status.containerStatuses?.[0]?.state?.waiting
        return found?.reason === wanted && found
      })
    assert.match((await waiting('program', 'RunContainerError')).message ?? '', /nothing-here.*no such file/)
    assert.match(
      (await waiting('image', 'ErrImagePull')).message ?? '',
      /^rpc error: code = NotFound desc = failed to pull and unpack image "docker.io\/library\/nothing-here:1"/,
    )
    assert.match((await waiting('image', 'ImagePullBackOff')).message ?? '', /^Back-off pulling image "nothing-here:1"/)
    await Promise.all([remove('program'), remove('image')])
  })

  test('what runs outlives the kubelet, and what was deleted meanwhile goes', async () => {
    await create('kept', { containers: [app(WAIT)] })
    await create('dropped', { containers: [app(WAIT)] })
    const before = await phase('kept', 'Running')
    await phase('dropped', 'Running')
    stop.abort(new Error('a restart'))
    await kubelet.stopped
    await api(Pod).delete({ namespace: 'default', name: 'dropped' }, { gracePeriodSeconds: 0 })
    await startKubelet()
    await until('nothing of the dropped pod is left', async () => (await containerd.cri.listPodSandbox()).length === 1)
    const { status } = await get('kept')
    assert.equal(status.containerStatuses?.[0]?.containerID, before.status.containerStatuses?.[0]?.containerID)
    assert.equal(status.containerStatuses?.[0]?.restartCount, 0)
    await remove('kept')
  })

  test('nothing is left of all these pods', async () => {
    assert.deepEqual(await containerd.cri.listPodSandbox(), [])
    assert.deepEqual(readdirSync(join(containerd.dir, 'kubelet/pods')), [])
    assert.deepEqual(readdirSync(join(containerd.dir, 'kubelet/logs/pods')), [])
    const { stdout } = await run('sh', ['-c', `find /sys/fs/cgroup -path '*${containerd.cgroup}*' -name 'pod*'`])
    assert.equal(stdout, '')
    assert.deepEqual(
      problems.filter((problem) => !problem.includes('exited with')),
      [],
    )
  })
})

/** Of a cgroup, by whichever version the host has. */
async function memoryLimit(path: string): Promise<number> {
  for (const file of [`/sys/fs/cgroup/memory${path}/memory.limit_in_bytes`, `/sys/fs/cgroup${path}/memory.max`]) {
    if (existsSync(file)) return Number(readFileSync(file, 'utf8'))
  }
  throw new Error(`there is no cgroup ${path}`)
}
