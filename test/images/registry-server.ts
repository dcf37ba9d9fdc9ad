import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { downloadPackages } from './packages.ts'

/** A docker-registry process and where it listens. */
export interface RegistryServer {
  pid: number
  port: number
}

const FIRST_PORT = 5000
const LAST_PORT = 5999
const POLL_MS = 20
const START_LIMIT_MS = 10_000
const STOP_LIMIT_MS = 5_000

const INSTALLED = '/usr/bin/docker-registry'

const configFile = (dir: string) => join(dir, 'config.yml')
const stateFile = (dir: string) => join(dir, 'server.json')
const logFile = (dir: string) => join(dir, 'log')

/** What `dir`'s registry is reached at. */
export function registryUrl({ port }: RegistryServer): string {
  return `http://127.0.0.1:${port}`
}

/** The registry of this directory, if it runs. */
export function runningServer(dir: string): RegistryServer | undefined {
  const server = lastServer(dir)
  return server && isOurs(server, dir) ? server : undefined
}

/** Starts the directory's registry, detached; it asks for the port it had before, for files that name it stay right. */
export async function startServer(dir: string): Promise<RegistryServer> {
  const port = await freePort(lastServer(dir)?.port)
  writeFileSync(configFile(dir), renderConfig(join(dir, 'data'), port))
  const program = await registryProgram(dir)
  const log = openSync(logFile(dir), 'a')
  const child = spawn(program, ['serve', configFile(dir)], { detached: true, stdio: ['ignore', log, log], cwd: '/' })
  child.unref()
  if (child.pid === undefined) throw new Error(`${program} does not start: see ${logFile(dir)}`)
  const server = { pid: child.pid, port }
  writeFileSync(stateFile(dir), JSON.stringify(server))
  await waitUntilServes(server, dir)
  return server
}

/** Ends the directory's registry and waits until it is gone; says whether one ran. */
export async function stopServer(dir: string): Promise<boolean> {
  const server = runningServer(dir)
  if (!server) return false
  process.kill(server.pid, 'SIGTERM')
  for (let waitedMs = 0; isOurs(server, dir); waitedMs += POLL_MS) {
    if (waitedMs === STOP_LIMIT_MS) process.kill(server.pid, 'SIGKILL')
    await sleep(POLL_MS)
  }
  return true
}

function lastServer(dir: string): RegistryServer | undefined {
  if (!existsSync(stateFile(dir))) return undefined
  return JSON.parse(readFileSync(stateFile(dir), 'utf8'))
}

/** A process id may have been given to another process since: the command line names our file. */
function isOurs({ pid }: RegistryServer, dir: string): boolean {
  const commandLine = `/proc/${pid}/cmdline`
  return existsSync(commandLine) && readFileSync(commandLine, 'utf8').split('\0').includes(configFile(dir))
}

async function waitUntilServes(server: RegistryServer, dir: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < START_LIMIT_MS; waitedMs += POLL_MS) {
    await sleep(POLL_MS)
    if (!isOurs(server, dir)) break
    if (await serves(server)) return
  }
  const tail = readFileSync(logFile(dir), 'utf8').split('\n').slice(-5).join('\n')
  throw new Error(`the registry did not start; ${logFile(dir)} ends with:\n${tail}`)
}

/** Whether the registry answers. */
export async function serves(server: RegistryServer): Promise<boolean> {
  const refused = () => undefined
  return (await fetch(`${registryUrl(server)}/v2/`).catch(refused))?.ok ?? false
}

/** Debian's program: the installed one, else unpacked here, where no package script starts a service of it. */
async function registryProgram(dir: string): Promise<string> {
  if (existsSync(INSTALLED)) return INSTALLED
  const unpacked = join(dir, 'program')
  const program = join(unpacked, INSTALLED)
  if (existsSync(program)) return program
  const [deb] = await downloadPackages(join(dir, 'packages'), ['docker-registry'])
  const partial = `${unpacked}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial)
  execFileSync('dpkg-deb', ['-x', String(deb), partial])
  execFileSync('mv', [partial, unpacked])
  return program
}

async function freePort(wanted: number | undefined): Promise<number> {
  if (wanted !== undefined && (await isFree(wanted))) return wanted
  for (let port = FIRST_PORT; port <= LAST_PORT; port++) if (await isFree(port)) return port
  throw new Error(`no free port on 127.0.0.1 from ${FIRST_PORT} to ${LAST_PORT}`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

function renderConfig(dataDir: string, port: number): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: dataDir }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}`, secret: 'one process, no state to share' },
  })
}
