import { parseImageName } from '../src/kubelet/images/image-name.ts'
import type {
  Container,
  ContainerConfig,
  ContainerStatus,
  Cri,
  ExecSyncResponse,
  Image,
  Labels,
  PodSandboxConfig,
  PodSandboxStatus,
  RuntimeEvent,
} from '../src/kubelet/cri/types.ts'
import { GrpcError } from '../src/os/grpc.ts'
import { type Clock, sleep } from '../src/std/clock.ts'

/** How the program of a container behaves; all of it may be absent. */
export interface Behaviour {
  /** Ends by itself after this time … */
  exitAfterMs?: number
  /** … with this code, which is also that of one that was asked to end. */
  exitCode?: number
  reason?: string
  /** Cannot be started; this is what the runtime says. */
  startError?: string
  /** Goes on until it is killed. */
  ignoresTerm?: boolean
  /** What it leaves in its termination message. */
  message?: string
}

export interface FakeRuntimeOptions {
  clock: Clock
  /** How long a pull takes. */
  pullMs?: number
  /** Images that are there from the beginning, as pods name them. */
  images?: readonly string[]
  /** Why an image cannot be pulled, if so; names that hold `missing` or `nonexistent` cannot when absent. */
  pullError?: (image: string) => string | undefined
  /** What the program of a container does; by default what its command says: `sleep 5`, `sh -c 'exit 3'`. */
  behaviour?: (config: ContainerConfig, sandbox: PodSandboxConfig) => Behaviour
  /** What a command that is run in a container prints and how it ends. */
  exec?: (container: ContainerConfig, command: readonly string[]) => Partial<ExecSyncResponse>
  /** The first three numbers of the addresses that sandboxes get. */
  network?: string
}

/** A container runtime in memory, under the clock that it is given, held to the same contract as a real one. */
export interface FakeRuntime extends Cri {
  /** Ends a running container, named `pod/container` or by its id. */
  exit(container: string, code: number, how?: { reason?: string; message?: string }): void
  /** Loses a pod's sandbox, as a machine that was restarted does. */
  loseSandbox(pod: string): void
  /** Names of the containers that run, as `pod/container`, sorted. */
  readonly running: string[]
  /** The methods that were called, in order, looks left out. */
  readonly calls: string[]
}

interface Sandbox {
  config: PodSandboxConfig
  status: PodSandboxStatus
}

interface FakeContainer {
  sandboxId: string
  config: ContainerConfig
  sandbox: PodSandboxConfig
  status: ContainerStatus
  behaviour: Behaviour
  waiters: (() => void)[]
}

const NS_PER_MS = 1_000_000
const KILLED = 137
const IMAGE_SIZE = 1_000_000

export function fakeRuntime(options: FakeRuntimeOptions): FakeRuntime {
  return new InMemoryRuntime(options)
}

class InMemoryRuntime implements FakeRuntime {
  readonly calls: string[] = []
  private readonly options: FakeRuntimeOptions
  private readonly sandboxes = new Map<string, Sandbox>()
  private readonly containers = new Map<string, FakeContainer>()
  private readonly images = new Map<string, Image>()
  private readonly listeners = new Set<(event: RuntimeEvent) => void>()
  private made = 0

  constructor(options: FakeRuntimeOptions) {
    this.options = options
    for (const image of options.images ?? []) this.addImage(image)
  }

  get running(): string[] {
    const running = [...this.containers.values()].filter(({ status }) => status.state === 'CONTAINER_RUNNING')
    return running.map(({ config, sandbox }) => `${sandbox.metadata.name}/${config.metadata.name}`).sort()
  }

  exit(name: string, code: number, { reason, message }: { reason?: string; message?: string } = {}): void {
    const found =
      this.containers.get(name) ??
      [...this.containers.values()].find(
        ({ config, sandbox, status }) =>
          `${sandbox.metadata.name}/${config.metadata.name}` === name && status.state === 'CONTAINER_RUNNING',
      )
    if (!found) throw new Error(`no container ${name} runs`)
    this.end(found, code, { ...(reason && { reason }), ...(message && { message }) })
  }

  loseSandbox(pod: string): void {
    for (const { config, status } of this.sandboxes.values()) {
      if (config.metadata.name !== pod) continue
      this.endSandbox(status.id)
      this.tell(status.id)
    }
  }

  async version() {
    return { runtimeName: 'fake', runtimeVersion: '1.0.0', runtimeApiVersion: 'v1' }
  }

  async status() {
    const conditions = ['RuntimeReady', 'NetworkReady'].map((type) => ({ type, status: true, reason: '', message: '' }))
    return { status: { conditions }, info: {}, runtimeHandlers: [] }
  }

  async updateRuntimeConfig() {}

  async runPodSandbox(config: PodSandboxConfig): Promise<string> {
    this.calls.push(`runPodSandbox ${config.metadata.name}`)
    const id = this.newId()
    const hostNetwork = config.linux.securityContext?.namespaceOptions?.network === 'NODE'
    const ip = hostNetwork ? '' : `${this.options.network ?? '10.88.0'}.${1 + this.made}`
    const status: PodSandboxStatus = {
      id,
      metadata: config.metadata,
      state: 'SANDBOX_READY',
      createdAt: this.nowNs(),
      labels: config.labels,
      annotations: config.annotations,
      network: { ip, additionalIps: [] },
      linux: { namespaces: { options: config.linux.securityContext?.namespaceOptions ?? null } },
    }
    this.sandboxes.set(id, { config, status })
    return id
  }

  async stopPodSandbox(id: string): Promise<void> {
    this.calls.push('stopPodSandbox')
    this.endSandbox(id)
  }

  async removePodSandbox(id: string): Promise<void> {
    this.calls.push('removePodSandbox')
    this.endSandbox(id)
    for (const [containerId, { sandboxId }] of this.containers)
      if (sandboxId === id) this.containers.delete(containerId)
    this.sandboxes.delete(id)
  }

  async podSandboxStatus(id: string): Promise<PodSandboxStatus> {
    const found = this.sandboxes.get(id)
    if (!found) throw notFound('sandbox', id)
    return structuredClone(found.status)
  }

  async listPodSandbox({ id, state, labelSelector }: Parameters<Cri['listPodSandbox']>[0] = {}) {
    return [...this.sandboxes.values()]
      .map(({ status }) => structuredClone(status))
      .filter((each) => (!id || each.id === id) && (!state || each.state === state.state))
      .filter(({ labels }) => selects(labelSelector, labels))
  }

  async createContainer(sandboxId: string, config: ContainerConfig, sandbox: PodSandboxConfig): Promise<string> {
    this.calls.push(`createContainer ${config.metadata.name}`)
    if (!this.sandboxes.has(sandboxId)) throw notFound('sandbox', sandboxId)
    const image = this.findImage(config.image.image)
    if (!image) throw notFound('image', config.image.image)
    const id = this.newId()
    const behaviour = (this.options.behaviour ?? byCommand)(config, sandbox)
    const status = newStatus(id, config, { image, sandbox, createdAt: this.nowNs() })
    this.containers.set(id, { sandboxId, config, sandbox, status, behaviour, waiters: [] })
    return id
  }

  async startContainer(id: string): Promise<void> {
    const container = this.container(id)
    const { status, behaviour, config } = container
    this.calls.push(`startContainer ${config.metadata.name}`)
    status.startedAt = this.nowNs()
    if (behaviour.startError !== undefined) {
      Object.assign(status, { state: 'CONTAINER_EXITED', finishedAt: this.nowNs(), exitCode: 128 })
      Object.assign(status, { reason: 'StartError', message: behaviour.startError })
      throw new GrpcError('UNKNOWN', behaviour.startError)
    }
    status.state = 'CONTAINER_RUNNING'
    if (behaviour.exitAfterMs === undefined) return
    this.options.clock.after(behaviour.exitAfterMs, () => this.end(container, behaviour.exitCode ?? 0, behaviour))
  }

  async stopContainer(id: string, graceSeconds: number, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const container = this.containers.get(id)
    if (!container) return
    this.calls.push(`stopContainer ${container.config.metadata.name} ${graceSeconds}`)
    if (container.status.state !== 'CONTAINER_RUNNING') return
    if (!container.behaviour.ignoresTerm) return this.end(container, container.behaviour.exitCode ?? 0)
    const ended = new AbortController()
    const either = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal
    container.waiters.push(() => ended.abort())
    await sleep(this.options.clock, graceSeconds * 1000, either).catch(() => signal?.throwIfAborted())
    this.end(container, KILLED)
  }

  async removeContainer(id: string): Promise<void> {
    const container = this.containers.get(id)
    if (!container) return
    this.calls.push(`removeContainer ${container.config.metadata.name}`)
    this.end(container, KILLED)
    this.containers.delete(id)
  }

  async listContainers({ id, state, podSandboxId, labelSelector }: Parameters<Cri['listContainers']>[0] = {}) {
    return [...this.containers.values()]
      .filter(({ status, sandboxId }) => (!id || status.id === id) && (!podSandboxId || sandboxId === podSandboxId))
      .filter(({ status }) => (!state || status.state === state.state) && selects(labelSelector, status.labels))
      .map(({ status, sandboxId }): Container => ({ ...structuredClone(status), podSandboxId: sandboxId }))
  }

  async containerStatus(id: string): Promise<ContainerStatus> {
    return structuredClone(this.container(id).status)
  }

  async updateContainerResources(id: string) {
    this.container(id)
  }

  async reopenContainerLog(id: string) {
    this.container(id)
  }

  async execSync(id: string, command: readonly string[]): Promise<ExecSyncResponse> {
    const { config, status } = this.container(id)
    this.calls.push(`execSync ${config.metadata.name} ${command.join(' ')}`)
    if (status.state !== 'CONTAINER_RUNNING') throw new GrpcError('UNKNOWN', `container ${id} is not running`)
    return {
      stdout: Buffer.alloc(0),
      stderr: Buffer.alloc(0),
      exitCode: 0,
      ...(this.options.exec ?? byShell)(config, command),
    }
  }

  async exec(): Promise<string> {
    throw new GrpcError('UNIMPLEMENTED', 'the fake runtime has no streaming server')
  }

  attach = this.exec
  portForward = this.exec

  async containerStats(id: string) {
    const { status } = this.container(id)
    const usage = { timestamp: this.nowNs(), usageCoreNanoSeconds: { value: 0 } }
    const memory = { timestamp: this.nowNs(), workingSetBytes: { value: 0 } }
    return { attributes: status, cpu: usage, memory, writableLayer: null }
  }

  async listContainerStats() {
    return Promise.all([...this.containers.keys()].map((id) => this.containerStats(id)))
  }

  async pullImage(
    { image }: { image: string },
    _auth?: object,
    _sandbox?: object,
    options: { signal?: AbortSignal } = {},
  ) {
    this.calls.push(`pullImage ${image}`)
    await sleep(this.options.clock, this.options.pullMs ?? 500, options.signal)
    const why = (this.options.pullError ?? missingByName)(image)
    if (why !== undefined) throw new GrpcError('NOT_FOUND', why)
    return this.addImage(image).id
  }

  async listImages(): Promise<Image[]> {
    return [...new Set(this.images.values())]
  }

  async imageStatus({ image }: { image: string }): Promise<Image | undefined> {
    return this.findImage(image)
  }

  async removeImage({ image }: { image: string }): Promise<void> {
    const found = this.findImage(image)
    for (const [name, each] of this.images) if (each === found) this.images.delete(name)
  }

  async imageFsInfo() {
    return []
  }

  async *events(signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
    const queue: RuntimeEvent[] = []
    let wake = () => {}
    const listener = (event: RuntimeEvent) => {
      queue.push(event)
      wake()
    }
    const stop = () => wake()
    this.listeners.add(listener)
    signal.addEventListener('abort', stop, { once: true })
    try {
      while (!signal.aborted) {
        const event = queue.shift()
        if (event) yield event
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      this.listeners.delete(listener)
      signal.removeEventListener('abort', stop)
    }
  }

  close(): void {}

  private nowNs = () => this.options.clock.now() * NS_PER_MS

  private newId(): string {
    this.made++
    return this.made.toString(16).padStart(64, '0')
  }

  private container(id: string): FakeContainer {
    const found = this.containers.get(id)
    if (!found) throw notFound('container', id)
    return found
  }

  private end({ status, behaviour, waiters }: FakeContainer, exitCode: number, how: Behaviour = {}): void {
    if (status.state !== 'CONTAINER_RUNNING') return
    const reason = how.reason ?? (exitCode === 0 ? 'Completed' : 'Error')
    const message = how.message ?? behaviour.message ?? ''
    Object.assign(status, { state: 'CONTAINER_EXITED', finishedAt: this.nowNs(), exitCode, reason, message })
    for (const wake of waiters) wake()
    this.tell(status.id)
  }

  private endSandbox(id: string): void {
    for (const container of this.containers.values()) if (container.sandboxId === id) this.end(container, KILLED)
    const found = this.sandboxes.get(id)
    if (found) Object.assign(found.status, { state: 'SANDBOX_NOTREADY', network: null })
  }

  private tell(id: string): void {
    for (const listener of this.listeners) listener({ id })
  }

  private addImage(name: string): Image {
    const known = this.findImage(name)
    if (known) return known
    const full = fullName(name)
    const id = `sha256:${this.newId()}`
    const { repository } = parseImageName(name)
    const image: Image = {
      id,
      repoTags: full.includes('@') ? [] : [full],
      repoDigests: [`${repository}@${id}`],
      size: IMAGE_SIZE,
      uid: null,
      username: '',
      pinned: false,
    }
    this.images.set(full, image)
    this.images.set(id, image)
    return image
  }

  private findImage(name: string): Image | undefined {
    return this.images.get(name) ?? (name.startsWith('sha256:') ? undefined : this.images.get(fullName(name)))
  }
}

function newStatus(
  id: string,
  config: ContainerConfig,
  { image, sandbox, createdAt }: { image: Image; sandbox: PodSandboxConfig; createdAt: number },
): ContainerStatus {
  return {
    id,
    metadata: config.metadata,
    state: 'CONTAINER_CREATED',
    createdAt,
    startedAt: 0,
    finishedAt: 0,
    exitCode: 0,
    image: { image: image.repoTags[0] ?? image.id },
    imageRef: image.repoDigests[0] ?? image.id,
    imageId: image.id,
    reason: '',
    message: '',
    labels: config.labels,
    annotations: config.annotations,
    mounts: config.mounts,
    logPath: `${sandbox.logDirectory}/${config.logPath}`,
    resources: null,
    user: null,
  }
}

const notFound = (what: string, id: string) =>
  new GrpcError('NOT_FOUND', `an error occurred when try to find ${what} ${JSON.stringify(id)}: not found`)

const selects = (selector: Labels = {}, labels: Labels) =>
  Object.entries(selector).every(([key, value]) => labels[key] === value)

function fullName(image: string): string {
  const { repository, tag, digest } = parseImageName(image)
  return digest ? `${repository}@${digest}` : `${repository}:${tag ?? 'latest'}`
}

const missingByName = (image: string): string | undefined =>
  /missing|nonexistent/.test(image)
    ? `failed to pull and unpack image "${fullName(image)}": failed to resolve reference "${fullName(image)}": ` +
      `${fullName(image)}: not found`
    : undefined

/** `sleep 5` ends after five seconds, a shell's `exit 3` at once; what starts with `no-such` is not there. */
function byCommand({ command = [], args = [] }: ContainerConfig): Behaviour {
  const line = [...command, ...args].join(' ')
  if (/^\/?no-such/.test(line)) {
    return {
      startError: `failed to create containerd task: exec: "${command[0]}": executable file not found in $PATH: unknown`,
    }
  }
  const exit = /\bexit (\d+)/.exec(line)
  if (exit) return { exitAfterMs: 0, exitCode: Number(exit[1]), ignoresTerm: /\btrap ''/.test(line) }
  const slept = /\bsleep (\d+)/.exec(line)
  return { ...(slept && { exitAfterMs: Number(slept[1]) * 1000 }), ignoresTerm: /\btrap ''/.test(line) }
}

/** `echo hello` prints, `exit 3` fails. */
function byShell(_: ContainerConfig, command: readonly string[]): Partial<ExecSyncResponse> {
  const line = command.join(' ')
  const printed = /\becho ([^;&>]+)/.exec(line)?.[1]?.trim()
  return {
    exitCode: Number(/\bexit (\d+)/.exec(line)?.[1] ?? 0),
    ...(printed !== undefined && { stdout: Buffer.from(`${printed}\n`) }),
  }
}
