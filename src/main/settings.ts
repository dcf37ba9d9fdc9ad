import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { resolve } from 'node:path'
import { file, type Flags, text, toggle } from './flags.ts'
import { codeOf, Failure } from './failure.ts'
import { readIfThere, writeWhole } from './kubeconfig.ts'
import { DEFAULT_DATA_DIR, type Layout } from './layout.ts'

/** What a cluster is started with. It is remembered in the data directory: a later `up` needs only what shall change. */
export interface Settings {
  apiPort: number
  bindAddress: string
  nodeName: string
  podCIDR: string
  serviceCIDR: string
  /** `undefined`: a containerd of the cluster's own. */
  containerRuntimeEndpoint?: string
  /** A file, absolute. */
  registries?: string
}

const LABEL = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/

export const dataDirFlag = text('DIR', 'where the cluster keeps its data', DEFAULT_DATA_DIR)

function checked(value: string, help: string, check: (given: string) => string) {
  return { value, help, initial: '', parse: check }
}

function port(given: string): string {
  const number = Number(given)
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    throw new Error(`"${given}" is not a port: give a number from 1 to 65535`)
  return given
}

function address(given: string): string {
  if (!isIP(given)) throw new Error(`"${given}" is not an IP address`)
  return given
}

function nodeName(given: string): string {
  if (!LABEL.test(given))
    throw new Error(`"${given}" is not a name for a node: lower case letters, digits, "-" and "." only`)
  return given
}

/** `min` and `max`: how many bits of the prefix leave enough addresses, and not more than can be handed out. */
function cidr(min: number, max: number) {
  return (given: string): string => {
    const [ip = '', bits = ''] = given.split('/')
    const length = Number(bits)
    if (isIP(ip) !== 4 || !/^\d+$/.test(bits)) throw new Error(`"${given}" is not an IPv4 range such as 10.42.0.0/16`)
    if (length < min || length > max) throw new Error(`"${given}" must have a prefix from /${min} to /${max}`)
    const bytes = ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
    if (bytes % 2 ** (32 - length) !== 0) throw new Error(`"${given}" has address bits beyond its prefix`)
    return given
  }
}

/** The flags of `up` that become settings; each is empty when it was not given. */
export const settingFlags = {
  'api-port': checked('PORT', 'port of the API server (default 6443)', port),
  'bind-address': checked('IP', 'address that the API server listens on (default 0.0.0.0)', address),
  'node-name': checked('NAME', "name of this machine's node (default: its host name)", nodeName),
  'pod-cidr': checked('CIDR', 'range that pods get addresses from (default 10.42.0.0/16)', cidr(8, 24)),
  'service-cidr': checked('CIDR', 'range that services get addresses from (default 10.43.0.0/16)', cidr(12, 28)),
  'container-runtime-endpoint': text(
    'SOCKET',
    'use the container runtime at this CRI socket instead of a containerd of its own',
  ),
  registries: file('FILE', 'mirrors and credentials for pulling images (YAML, as k3s reads it)'),
} satisfies Flags

export const upFlags = {
  detach: toggle('return once the node is Ready; the cluster goes on in the background'),
  'data-dir': dataDirFlag,
  ...settingFlags,
  kubeconfig: file('FILE', 'where to write the kubeconfig (default: admin.kubeconfig in the data directory)'),
  'no-kubeconfig': toggle('do not add the cluster to ~/.kube/config'),
} satisfies Flags

const DEFAULTS = { apiPort: 6443, bindAddress: '0.0.0.0', podCIDR: '10.42.0.0/16', serviceCIDR: '10.43.0.0/16' }

/** The settings to start with: what was given, else what the cluster had, else the usual. */
export function settle(given: Record<keyof typeof settingFlags, string>, saved: Partial<Settings>): Settings {
  const settings = {
    ...DEFAULTS,
    nodeName: hostname().toLowerCase(),
    ...saved,
    ...(given['api-port'] && { apiPort: Number(given['api-port']) }),
    ...(given['bind-address'] && { bindAddress: given['bind-address'] }),
    ...(given['node-name'] && { nodeName: given['node-name'] }),
    ...(given['pod-cidr'] && { podCIDR: given['pod-cidr'] }),
    ...(given['service-cidr'] && { serviceCIDR: given['service-cidr'] }),
    ...(given['container-runtime-endpoint'] && {
      containerRuntimeEndpoint: resolve(given['container-runtime-endpoint'].replace(/^unix:\/\//, '')),
    }),
    ...(given.registries && { registries: given.registries }),
  }
  if (overlap(settings.podCIDR, settings.serviceCIDR)) {
    throw new Failure(
      `--pod-cidr ${settings.podCIDR} and --service-cidr ${settings.serviceCIDR} overlap; choose ranges apart from one another`,
      2,
    )
  }
  return settings
}

/** The first and last address of an IPv4 range, as numbers. */
function span(range: string): [number, number] {
  const [ip = '', bits = ''] = range.split('/')
  const first = ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  return [first, first + 2 ** (32 - Number(bits)) - 1]
}

function overlap(a: string, b: string): boolean {
  const [[firstA, lastA], [firstB, lastB]] = [span(a), span(b)]
  return firstA <= lastB && firstB <= lastA
}

/** The first usable address of the service range: the `kubernetes` Service's. */
export function firstServiceIp(serviceCIDR: string): string {
  const [first] = span(serviceCIDR)
  return [24, 16, 8, 0].map((shift) => Math.floor((first + 1) / 2 ** shift) % 256).join('.')
}

export function readSettings(layout: Layout): Settings | undefined {
  const saved = readIfThere(layout.settings)
  if (saved === undefined) return undefined
  try {
    return JSON.parse(saved) as Settings
  } catch (error) {
    throw new Failure(
      `${layout.settings} is not readable as JSON (${(error as Error).message}); remove it, and give the flags of the first start again`,
    )
  }
}

export function writeSettings(layout: Layout, settings: Settings): void {
  writeWhole(layout.settings, `${JSON.stringify(settings, undefined, 2)}\n`)
}

/** Makes the data directory, or refuses one that holds something else: `reset` removes it whole. */
export function claimDataDir(layout: Layout): void {
  try {
    mkdirSync(layout.dataDir, { recursive: true, mode: 0o700 })
    const foreign = readdirSync(layout.dataDir).filter((name) => name !== 'lost+found')
    if (foreign.length > 0 && !existsSync(layout.settings)) {
      throw new Failure(
        `${layout.dataDir} holds things that are not Skiff's (${foreign.slice(0, 3).join(', ')}); give an empty or new directory with --data-dir`,
      )
    }
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(
      `cannot use ${layout.dataDir} as the data directory: ${codeOf(error) === 'ENOTDIR' || codeOf(error) === 'EEXIST' ? 'it is not a directory' : (error as Error).message}`,
    )
  }
}

/** The address that others reach this machine at: the first IPv4 that is not loopback, else loopback. */
export function nodeAddress(bindAddress: string): string {
  if (bindAddress !== '0.0.0.0' && bindAddress !== '::') return bindAddress
  const addresses = Object.entries(networkInterfaces()).flatMap(([name, all]) =>
    /^(skiff-|docker|br-|veth|cni|virbr)/.test(name) ? [] : (all ?? []),
  )
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}

/** Where this machine reaches the API server. */
export function serverUrl({ bindAddress, apiPort }: Settings): string {
  const host = bindAddress === '0.0.0.0' || bindAddress === '::' ? '127.0.0.1' : bindAddress
  return `https://${host.includes(':') ? `[${host}]` : host}:${apiPort}`
}
