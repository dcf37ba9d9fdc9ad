import type { Api, Transport } from '../src/client/api.ts'
import { createApi } from '../src/client/client.ts'
import { createEventRecorder } from '../src/client/event-recorder.ts'
import { createInformers } from '../src/client/informers.ts'
import { type Kubelet, runKubelet } from '../src/kubelet/kubelet.ts'
import type { KubeletOs } from '../src/kubelet/node-deps.ts'
import { assert } from '../src/std/assert.ts'
import type { Env } from '../src/std/env.ts'
import { fakeOs } from './fake-os.ts'
import { type FakeRuntime, fakeRuntime, type FakeRuntimeOptions } from './fake-runtime.ts'
import { type Link, link } from './partition.ts'

/** What the machine of a node has. */
export interface Machine {
  /** 2 when absent. */
  cpus?: number
  /** 8 GiB when absent. */
  memoryBytes?: number
}

/** A node by its name, or with what its machine has. */
export type NodeOption = string | ({ name: string; labels?: Record<string, string> } & Machine)

export type RuntimeOptions = Omit<FakeRuntimeOptions, 'clock' | 'network'>

export interface FakeNodeParts {
  name: string
  /** Sets addresses of nodes apart. */
  number: number
  env: Env
  transport: Transport
  machine: Machine
  runtime: RuntimeOptions
}

const KUBELET_PORT = 10250
const CLUSTER_DNS = '10.96.0.10'

/** A real kubelet on a machine that is not there. */
export class FakeNode {
  readonly name: string
  /** The container runtime: what runs, and what happens to it. */
  readonly runtime: FakeRuntime
  /** The machine's files, mounts, and the servers that probes reach; its functions may be replaced. */
  readonly os: KubeletOs
  private readonly parts: FakeNodeParts
  private readonly link: Link
  private readonly api: Api
  private running: { kubelet: Kubelet; stop: AbortController } | undefined

  constructor(parts: FakeNodeParts) {
    const { name, number, env, machine, runtime } = parts
    this.parts = parts
    this.name = name
    this.os = fakeOs(filesOf(machine))
    this.runtime = fakeRuntime({ clock: env.clock, network: `10.244.${number}`, ...runtime })
    this.link = link(parts.transport)
    this.api = createApi(this.link.transport, { userAgent: 'kubelet', clock: env.clock })
  }

  /** Starts the kubelet; on a machine that has become another one when `machine` says so. */
  async start(machine: Machine = {}): Promise<void> {
    assert(!this.running, `the kubelet of ${this.name} runs already`)
    const { env, name, number } = this.parts
    for (const [path, text] of Object.entries(filesOf({ ...this.parts.machine, ...machine }))) {
      await this.os.fs.write(path, text)
    }
    const stop = new AbortController()
    const informers = createInformers(this.api, env)
    const events = createEventRecorder(this.api, env, { component: 'kubelet', host: name }, stop.signal)
    const kubelet = await runKubelet(
      env,
      this.os,
      { api: this.api, informers, cri: this.runtime, events },
      {
        nodeName: name,
        nodeIPs: [`192.0.2.${number + 1}`],
        dataDir: '/var/lib/skiff/kubelet',
        clusterName: 'skiff',
        clusterDNS: [CLUSTER_DNS],
        kubeletPort: KUBELET_PORT,
      },
      stop.signal,
    )
    informers.start(stop.signal)
    this.running = { kubelet, stop }
  }

  /** Stops the kubelet; containers go on. */
  async stop(): Promise<void> {
    const { running } = this
    this.running = undefined
    running?.stop.abort(new Error('the kubelet stops'))
    await running?.kubelet.stopped
  }

  /** Cuts the node off from the API server: requests of its kubelet fail, its pods go on. */
  unplug(): void {
    this.link.unplug()
  }

  /** Ends what `unplug` began. */
  plug(): void {
    this.link.plug()
  }

  /** Breaks off the requests and watches that are under way. */
  hiccup(): void {
    this.link.hiccup()
  }
}

function filesOf({ cpus = 2, memoryBytes = 8 * 2 ** 30 }: Machine): Record<string, string> {
  const kib = Math.floor(memoryBytes / 1024)
  return {
    '/proc/cpuinfo': Array.from({ length: cpus }, (_, i) => `processor\t: ${i}\n`).join(''),
    '/proc/meminfo': `MemTotal: ${kib} kB\nMemAvailable: ${Math.floor(kib / 2)} kB\n`,
  }
}
