import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { connect as connectTo } from 'node:net'
import { connect } from 'node:tls'
import { criClient } from '../src/kubelet/cri/client.ts'
import { cniPluginDir, mayLowerOomScore, renderContainerdConfig } from '../src/main/containerd.ts'
import { layoutOf } from '../src/main/layout.ts'
import { sleep, systemClock } from '../src/std/clock.ts'
import { freePort, ROOT, run, testRegistries } from '../test/linux/harness.ts'
import { median, renderTable, type Row } from './table.ts'

// From `skiff up` to a node that is Ready, everything being installed. The limit: a bare containerd with the same
// configuration until its CRI answers, and one TLS handshake with the API server.

const FIRST_STARTS = 3
const STARTS = 7
const LOOK_MS = 2

interface Place {
  dataDir: string
  port: number
  skiff(command: string, ...flags: string[]): Promise<void>
}

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const began = systemClock.monotonic()
  await work()
  return systemClock.monotonic() - began
}

/** Lets `use` work with a data directory of its own, which is gone afterwards. */
async function withPlace<T>(use: (place: Place) => Promise<T>): Promise<T> {
  const base = mkdtempSync(join(tmpdir(), 'skiff-bench-'))
  const dataDir = join(base, 'data')
  const skiff = async (command: string, ...flags: string[]) => {
    const env = { ...process.env, HOME: base }
    const { code, stderr } = await run(join(ROOT, 'skiff'), [command, '--data-dir', dataDir, ...flags], { env })
    if (code !== 0) throw new Error(`skiff ${command}: ${stderr}`)
  }
  try {
    return await use({ dataDir, port: await freePort(), skiff })
  } finally {
    await skiff('reset')
    rmSync(base, { recursive: true, force: true })
  }
}

const upFlags = (port: number, registries: string) => [
  ...['--detach', '--no-kubeconfig', '--api-port', String(port), '--registries', registries],
]

const firstStart = (registries: string) =>
  withPlace(({ port, skiff }) => elapsed(() => skiff('up', ...upFlags(port, registries))))

/** The later starts of one cluster, and a handshake with it each time. */
function laterStarts(registries: string): Promise<{ starts: number[]; handshakes: number[] }> {
  return withPlace(async ({ dataDir, port, skiff }) => {
    await skiff('up', ...upFlags(port, registries))
    const [starts, handshakes]: [number[], number[]] = [[], []]
    for (let i = 0; i < STARTS; i++) {
      await skiff('down')
      starts.push(await elapsed(() => skiff('up', ...upFlags(port, registries))))
      handshakes.push(await elapsed(() => handshake(layoutOf(dataDir).pkiDir, port)))
    }
    return { starts, handshakes }
  })
}

function handshake(pkiDir: string, port: number): Promise<void> {
  const pem = (name: string) => readFileSync(join(pkiDir, name))
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, ca: pem('ca.crt'), cert: pem('admin.crt'), key: pem('admin.key') }
    const socket = connect(options, () => {
      socket.destroy()
      resolve()
    })
    socket.on('error', reject)
  })
}

/** Starts containerd as Skiff does, in directories of its own, several times: the first one finds them empty. */
async function bareStarts(times: number): Promise<number[]> {
  const base = mkdtempSync(join(tmpdir(), 'skiff-bench-'))
  const layout = layoutOf(join(base, 'data'))
  try {
    const { containerd } = layout
    const options = { layout, pluginDir: cniPluginDir() ?? '', restrictOomScore: !mayLowerOomScore() }
    mkdirSync(dirname(containerd.config), { recursive: true })
    mkdirSync(layout.runDir, { recursive: true })
    writeFileSync(containerd.config, renderContainerdConfig(options))
    const starts: number[] = []
    for (let i = 0; i < times; i++) starts.push(await bareStart(containerd, base))
    return starts
  } finally {
    rmSync(layout.runDir, { recursive: true, force: true })
    rmSync(base, { recursive: true, force: true })
  }
}

/** How long it takes until the CRI answers; it is ended again. */
async function bareStart({ config, socket }: { config: string; socket: string }, base: string): Promise<number> {
  const cri = criClient(socket)
  const log = openSync(join(base, 'containerd.log'), 'a')
  const began = systemClock.monotonic()
  const child = spawn('containerd', ['--config', config], { stdio: ['ignore', log, log] })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  try {
    while (!(await listens(socket))) await sleep(systemClock, LOOK_MS)
    while (!(await cri.version().catch(() => undefined))) await sleep(systemClock, LOOK_MS)
    return systemClock.monotonic() - began
  } finally {
    cri.close()
    child.kill('SIGTERM')
    await ended
    closeSync(log)
  }
}

/** gRPC's client waits for longer and longer between its tries, so the socket is tried first. */
function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTo(path, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

/** The rows of this measurement. */
export async function startRows(): Promise<Row[]> {
  const registries = testRegistries()
  const firsts: number[] = []
  const bareFirsts: number[] = []
  for (let i = 0; i < FIRST_STARTS; i++) {
    firsts.push(await firstStart(registries))
    bareFirsts.push(...(await bareStarts(1)))
  }
  const [, ...bareLaters] = await bareStarts(STARTS + 1)
  const { starts, handshakes } = await laterStarts(registries)
  const meaning = 'a bare containerd until its CRI answers, and a TLS handshake'
  const row = (what: string, measured: number[], bare: number[]): Row => {
    return { what, measured: median(measured), against: median(bare) + median(handshakes), meaning, unit: 'ms' }
  }
  return [row('first `up` until the node is Ready', firsts, bareFirsts), row('later `up`', starts, bareLaters)]
}

if (import.meta.main) console.log(renderTable(await startRows()))
