import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Why the Linux tests cannot run here; `false` when they can: what `node:test` takes as `skip`. */
export const skipReason: string | false =
  process.platform !== 'linux'
    ? 'needs Linux'
    : process.getuid?.() !== 0
      ? 'needs root: it starts real containers'
      : false

export interface Result {
  code: number
  stdout: string
  stderr: string
}

const OUTPUT_MAX_BYTES = 64 * 1024 * 1024

/** Runs a program to its end, whatever its exit code. */
export function run(
  command: string,
  args: readonly string[],
  options: { input?: string | Buffer; env?: NodeJS.ProcessEnv } = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { maxBuffer: OUTPUT_MAX_BYTES, env: options.env ?? process.env, cwd: ROOT },
      (error, stdout, stderr) => {
        if (error && typeof error.code === 'string') return reject(error)
        resolve({ code: error ? Number(error.code ?? 128) : 0, stdout, stderr })
      },
    )
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(options.input ?? '')
  })
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

/** The registries file of the test registry, which is started and filled if need be. */
export function testRegistries(): string {
  const printed = execFileSync(join(ROOT, 'tools/test-registry'), ['up'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return printed.trimEnd().split('\n').at(-1) as string
}

/** The machine's kubectl, or Debian's. */
export function kubectlProgram(): string {
  if (spawnSync('kubectl', ['version', '--client']).status !== 0) {
    execFileSync('apt-get', ['update'], { stdio: 'ignore' })
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'kubernetes-client'], { stdio: 'ignore' })
  }
  return process.env.SKIFF_TEST_KUBECTL ?? 'kubectl'
}

/** A real cluster on this machine, made through the launcher as a user makes one. */
export interface LinuxCluster {
  dataDir: string
  kubeconfig: string
  port: number
  /** Runs `./skiff COMMAND --data-dir …`. */
  skiff(command: string, ...flags: string[]): Promise<Result>
  kubectl(...args: string[]): Promise<Result>
  /** The same with something on standard input. */
  kubectlWith(input: string | Buffer, ...args: string[]): Promise<Result>
  /** Standard output of a kubectl that must succeed, without the newline at its end. */
  ok(...args: string[]): Promise<string>
  up(...flags: string[]): Promise<Result>
  [Symbol.asyncDispose](): Promise<void>
}

export async function linuxCluster(): Promise<LinuxCluster> {
  const registries = testRegistries()
  const program = kubectlProgram()
  const base = mkdtempSync(join(tmpdir(), 'skiff-test-'))
  const dataDir = join(base, 'data')
  const port = await freePort()
  const kubeconfig = join(dataDir, 'admin.kubeconfig')
  const env = { ...process.env, HOME: base, KUBECONFIG: kubeconfig }
  const skiff = (command: string, ...flags: string[]) =>
    run(join(ROOT, 'skiff'), [command, '--data-dir', dataDir, ...flags], { env })
  const kubectlWith = (input: string | Buffer, ...args: string[]) => run(program, args, { input, env })
  const cluster: LinuxCluster = {
    dataDir,
    kubeconfig,
    port,
    skiff,
    kubectlWith,
    kubectl: (...args) => kubectlWith('', ...args),
    async ok(...args) {
      const { code, stdout, stderr } = await kubectlWith('', ...args)
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: exit code ${code}\n${stderr}${stdout}`)
      return stdout.trimEnd()
    },
    up: (...flags) =>
      skiff('up', '--detach', '--api-port', String(port), '--registries', registries, '--no-kubeconfig', ...flags),
    async [Symbol.asyncDispose]() {
      const { code, stderr } = await skiff('reset')
      rmSync(base, { recursive: true, force: true })
      if (code !== 0) throw new Error(`skiff reset: ${stderr}`)
    },
  }
  const { code, stdout, stderr } = await cluster.up()
  if (code !== 0) {
    await cluster[Symbol.asyncDispose]()
    throw new Error(`skiff up: exit code ${code}\n${stderr}${stdout}`)
  }
  return cluster
}

/** Runs a program in a terminal of its own, typing `input`; what the screen showed, and the exit code. */
export async function inTerminal(cluster: LinuxCluster, command: string, input: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['-qefc', command, '/dev/null'], {
      env: { ...process.env, KUBECONFIG: cluster.kubeconfig, TERM: 'xterm' },
      stdio: 'pipe',
    })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      // Typed once the shell has shown that it listens, as a person would.
      if (stdout === '') child.stdin.write(input)
      stdout += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 128, stdout, stderr: '' }))
  })
}

/** Runs a program, types `input`, and ends its input once it has shown what is waited for; all that it showed. */
export async function converse(
  program: string,
  args: readonly string[],
  kubeconfig: string,
  input: string,
  until: RegExp,
): Promise<string> {
  const child = spawn(program, args, {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  child.stdin.on('error', () => undefined)
  child.stdin.write(input)
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    shown += chunk
    if (until.test(shown)) child.stdin.end()
  })
  await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  return shown
}

/** Asks until `look` gives an answer that is not undefined, for at most `seconds`. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>, seconds = 60): Promise<T> {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`${what}: not within ${seconds} s`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
