import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cniPluginDir } from './containerd.ts'
import { Failure } from './failure.ts'

/** Something of the host that Skiff runs, and the Debian package that brings it. */
interface Prerequisite {
  what: string
  package: string
  present(): boolean
}

const command = (name: string, aptPackage = name): Prerequisite => ({
  what: name,
  package: aptPackage,
  present: () => (process.env.PATH ?? '').split(':').some((dir) => existsSync(`${dir}/${name}`)),
})

const NETWORK: readonly Prerequisite[] = [command('nft', 'nftables'), command('ip', 'iproute2')]

/** Only needed when Skiff runs a containerd of its own. */
const RUNTIME: readonly Prerequisite[] = [
  command('containerd'),
  command('runc'),
  { what: 'the CNI plugins', package: 'containernetworking-plugins', present: () => cniPluginDir() !== undefined },
]

/** What this host lacks. */
export function missing(ownRuntime: boolean): Prerequisite[] {
  return [...NETWORK, ...(ownRuntime ? RUNTIME : [])].filter((wanted) => !wanted.present())
}

/** Installs what is missing by apt; throws a Failure that names what it could not bring, and how to. */
export async function install(wanted: readonly Prerequisite[]): Promise<void> {
  const packages = wanted.map((each) => each.package)
  const hint = `install ${wanted.map((each) => each.what).join(', ')}: apt-get install ${packages.join(' ')}`
  if (spawnSync('apt-get', ['--version']).status !== 0)
    throw new Failure(`this machine has no apt-get; ${hint} (or what your system calls them)`)
  const args = ['install', '-y', '--no-install-recommends', ...packages]
  // A fresh machine's package lists may be absent or old: ask for new ones only when the packages are not found.
  if ((await apt(args)).ok) return
  const updated = await apt(['update'])
  const installed = await apt(args)
  if (!installed.ok) throw new Failure(`${hint}\n${(updated.ok ? installed : updated).complaint}`)
}

function apt(args: string[]): Promise<{ ok: boolean; complaint: string }> {
  return new Promise((resolve) => {
    const child = spawn('apt-get', args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      errors += chunk
    })
    child.on('error', (error) => resolve({ ok: false, complaint: error.message }))
    child.on('close', (code) => resolve({ ok: code === 0, complaint: errors.trim().split('\n').slice(-3).join('\n') }))
  })
}
