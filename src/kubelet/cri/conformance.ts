import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { GrpcError } from '../../os/grpc.ts'
import type { ContainerConfig, ContainerStatus, Cri, PodSandboxConfig } from './types.ts'

export interface RuntimeUnderTest {
  cri: Cri
  /** An image with a shell that can be pulled, and one that cannot. */
  image: string
  missingImage: string
  /** A directory that the runtime may write logs to. */
  logDirectory: string
  /** Below this path the runtime may make cgroups. */
  cgroupParent: string
  /** Lets time pass until `condition` holds; fails when it does not come to that. */
  until(condition: () => Promise<boolean> | boolean): Promise<void>
}

/** What every container runtime must do for the kubelet. The fake of the tests and real ones pass the same suite. */
export function criConformance(name: string, open: () => Promise<RuntimeUnderTest>): void {
  suite(`${name} is a container runtime`, () => {
    test('it says its name', async () => {
      const { cri } = await open()
      const { runtimeName, runtimeVersion } = await cri.version()
      assert.notEqual(runtimeName, '')
      assert.notEqual(runtimeVersion, '')
    })
    sandboxTests(open)
    imageTests(open)
    containerTests(open)
    endTests(open)
    execTests(open)
  })
}

let made = 0

function sandboxOf({ logDirectory, cgroupParent }: RuntimeUnderTest): PodSandboxConfig {
  const uid = `conformance-${process.pid}-${made++}`
  return {
    metadata: { name: `pod-${made}`, namespace: 'default', uid, attempt: 0 },
    hostname: `pod-${made}`,
    logDirectory: `${logDirectory}/${uid}`,
    labels: { 'test/uid': uid },
    annotations: { 'test/note': 'a sandbox' },
    linux: { cgroupParent, securityContext: { namespaceOptions: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' } } },
  }
}

function containerOf(imageRef: string, script: string): ContainerConfig {
  return {
    metadata: { name: 'main', attempt: 0 },
    image: { image: imageRef },
    command: ['sh', '-c', script],
    envs: [{ key: 'GREETING', value: Buffer.from('hello') }],
    mounts: [],
    labels: { 'test/container': 'main' },
    annotations: { 'test/note': 'a container' },
    logPath: 'main.log',
    linux: {},
  }
}

/** Runs `body` with a sandbox, which is removed at the end. */
async function withSandbox(
  open: () => Promise<RuntimeUnderTest>,
  body: (runtime: RuntimeUnderTest, sandbox: { id: string; config: PodSandboxConfig }) => Promise<void>,
): Promise<void> {
  const runtime = await open()
  const config = sandboxOf(runtime)
  const id = await runtime.cri.runPodSandbox(config)
  try {
    await body(runtime, { id, config })
  } finally {
    await runtime.cri.stopPodSandbox(id)
    await runtime.cri.removePodSandbox(id)
  }
}

async function pulled({ cri, image, until }: RuntimeUnderTest): Promise<string> {
  let ref: string | undefined
  let failure: unknown
  cri.pullImage({ image }).then(
    (done) => {
      ref = done
    },
    (error: unknown) => {
      failure = error
    },
  )
  await until(() => ref !== undefined || failure !== undefined)
  if (ref === undefined) throw failure
  return ref
}

const hasCode = (code: string) => (error: unknown) => error instanceof GrpcError && error.code === code

function sandboxTests(open: () => Promise<RuntimeUnderTest>): void {
  test('a sandbox has an address while it is ready, and is found by its labels', () =>
    withSandbox(open, async ({ cri }, { id, config }) => {
      const status = await cri.podSandboxStatus(id)
      assert.equal(status.state, 'SANDBOX_READY')
      assert.match(status.network?.ip ?? '', /^\d+\.\d+\.\d+\.\d+$/)
      assert.equal(status.linux?.namespaces?.options?.network, 'POD')
      assert.equal(status.annotations['test/note'], 'a sandbox')
      const found = await cri.listPodSandbox({ labelSelector: config.labels })
      assert.deepEqual(
        found.map((each) => each.id),
        [id],
      )
      assert.deepEqual(found[0]?.metadata, config.metadata)
      assert.deepEqual(await cri.listPodSandbox({ labelSelector: { 'test/uid': 'another' } }), [])
    }))

  test('a sandbox that was stopped is not ready, and one that was removed is gone', () =>
    withSandbox(open, async ({ cri }, { id }) => {
      await cri.stopPodSandbox(id)
      assert.equal((await cri.podSandboxStatus(id)).state, 'SANDBOX_NOTREADY')
      await cri.stopPodSandbox(id)
      await cri.removePodSandbox(id)
      await assert.rejects(cri.podSandboxStatus(id), hasCode('NOT_FOUND'))
      await cri.removePodSandbox(id)
    }))
}

function imageTests(open: () => Promise<RuntimeUnderTest>): void {
  test('an image is there once it was pulled', async () => {
    const runtime = await open()
    const ref = await pulled(runtime)
    const byName = await runtime.cri.imageStatus({ image: runtime.image })
    const byRef = await runtime.cri.imageStatus({ image: ref })
    assert.equal(byName?.id, byRef?.id)
    assert.ok(byName && byName.size > 0 && byName.repoDigests.length > 0)
    assert.ok((await runtime.cri.listImages()).some(({ id }) => id === byName.id))
  })

  test('an image that does not exist is not there, and cannot be pulled', async () => {
    const runtime = await open()
    assert.equal(await runtime.cri.imageStatus({ image: runtime.missingImage }), undefined)
    await assert.rejects(pulled({ ...runtime, image: runtime.missingImage }), /not found|NotFound|failed to/i)
  })
}

function containerTests(open: () => Promise<RuntimeUnderTest>): void {
  test('a container is created, runs, is stopped and removed', () =>
    withSandbox(open, async (runtime, { id: sandboxId, config }) => {
      const { cri } = runtime
      const id = await cri.createContainer(sandboxId, containerOf(await pulled(runtime), 'exec sleep 1000'), config)
      assert.equal((await cri.containerStatus(id)).state, 'CONTAINER_CREATED')
      await cri.startContainer(id)
      const running = await cri.containerStatus(id)
      assert.equal(running.state, 'CONTAINER_RUNNING')
      assert.ok(running.startedAt >= running.createdAt)
      assert.equal(running.annotations['test/note'], 'a container')
      assert.match(running.imageRef, /sha256:/)
      assert.equal(running.logPath, `${config.logDirectory}/main.log`)
      const found = await cri.listContainers({ labelSelector: { 'test/container': 'main' }, podSandboxId: sandboxId })
      assert.deepEqual(
        found.map((each) => [each.id, each.podSandboxId]),
        [[id, sandboxId]],
      )
      await cri.stopContainer(id, 1)
      assert.equal((await cri.containerStatus(id)).state, 'CONTAINER_EXITED')
      await cri.stopContainer(id, 1)
      await cri.removeContainer(id)
      await assert.rejects(cri.containerStatus(id), hasCode('NOT_FOUND'))
      await cri.removeContainer(id)
      await cri.stopContainer(id, 1)
    }))

  test('a container whose program does not exist cannot be started, and has ended', () =>
    withSandbox(open, async (runtime, { id: sandboxId, config }) => {
      const { cri } = runtime
      const container = { ...containerOf(await pulled(runtime), ''), command: ['/no-such-program'] }
      const id = await cri.createContainer(sandboxId, container, config)
      await assert.rejects(cri.startContainer(id), /no-such-program/)
      const { state, exitCode, reason } = await cri.containerStatus(id)
      assert.deepEqual([state, exitCode, reason], ['CONTAINER_EXITED', 128, 'StartError'])
    }))
}

async function ended(runtime: RuntimeUnderTest, id: string): Promise<ContainerStatus> {
  await runtime.until(async () => (await runtime.cri.containerStatus(id)).state === 'CONTAINER_EXITED')
  return runtime.cri.containerStatus(id)
}

function endTests(open: () => Promise<RuntimeUnderTest>): void {
  for (const [script, code, reason] of [
    ['exit 0', 0, 'Completed'],
    ['exit 3', 3, 'Error'],
  ] as const) {
    test(`a container that ends with ${code} says so, and an event tells of it`, () =>
      withSandbox(open, async (runtime, { id: sandboxId, config }) => {
        const { cri, until } = runtime
        const heard: string[] = []
        const listening = new AbortController()
        const loop = (async () => {
          for await (const event of cri.events(listening.signal)) heard.push(event.id)
        })()
        const id = await cri.createContainer(sandboxId, containerOf(await pulled(runtime), script), config)
        await cri.startContainer(id)
        const status = await ended(runtime, id)
        assert.deepEqual([status.exitCode, status.reason], [code, reason])
        // One that is quick may have ended before the runtime notes that it was started.
        assert.ok(status.finishedAt >= status.createdAt)
        await until(() => heard.includes(id))
        listening.abort()
        await loop
      }))
  }

  test('a container that does not want to end is killed when its time is up', () =>
    withSandbox(open, async (runtime, { id: sandboxId, config }) => {
      const { cri, until } = runtime
      const script = "trap '' TERM; while true; do sleep 1000; done"
      const id = await cri.createContainer(sandboxId, containerOf(await pulled(runtime), script), config)
      await cri.startContainer(id)
      let stopped = false
      const stopping = cri.stopContainer(id, 1).then(() => {
        stopped = true
      })
      await until(() => stopped)
      await stopping
      assert.equal((await ended(runtime, id)).exitCode, 137)
    }))
}

function execTests(open: () => Promise<RuntimeUnderTest>): void {
  test('a command in a container prints and ends as it does', () =>
    withSandbox(open, async (runtime, { id: sandboxId, config }) => {
      const { cri } = runtime
      const id = await cri.createContainer(sandboxId, containerOf(await pulled(runtime), 'exec sleep 1000'), config)
      await cri.startContainer(id)
      const good = await cri.execSync(id, ['sh', '-c', 'echo hello'], 10)
      assert.deepEqual([Buffer.from(good.stdout).toString(), good.exitCode], ['hello\n', 0])
      assert.equal((await cri.execSync(id, ['sh', '-c', 'exit 7'], 10)).exitCode, 7)
      await cri.stopContainer(id, 0)
    }))
}
