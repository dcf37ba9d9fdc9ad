import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml'

/** Where images come from besides the host they name, and how each host is spoken to. The format is k3s's registries.yaml. */
export interface Registries {
  /** By the host an image names; `*` stands for all hosts that have no entry. */
  mirrors: Map<string, Mirror>
  /** By the host (and port) that is connected to; `*` as above. */
  configs: Map<string, RegistryConfig>
}

/** Servers asked instead of a host. */
export interface Mirror {
  /** URLs with the path below which repositories lie, `/v2` if nothing else was written; asked in this order. */
  endpoints: string[]
  /** Whether the host itself is asked when no endpoint has the image. */
  defaultEndpoint: boolean
}

/** How to connect to one registry. */
export interface RegistryConfig {
  auth?: Credentials
  tls?: RegistryTls
}

/** A name and password, both in base64 (`auth`), or a token. */
export interface Credentials {
  username?: string
  password?: string
  auth?: string
  identityToken?: string
}

/** Absolute paths, and whether the server's certificate is believed unseen. */
export interface RegistryTls {
  caFile?: string
  certFile?: string
  keyFile?: string
  insecureSkipVerify?: boolean
}

/** The `auth` of a CRI PullImage request: credentials for one server, so that no other one is shown them. */
export interface AuthConfig extends Credentials {
  serverAddress: string
}

/** A registries file that cannot be used; the message has one line for each thing to put right. */
export class RegistriesError extends Error {}

const DOCKER_HUB = 'docker.io'
const DOCKER_HUB_SERVER = 'registry-1.docker.io'
const ANY_HOST = '*'
const API_PATH = '/v2'

/** A host's name or address, with a port or without. */
const HOST = /^(\*|([\w.-]+|\[[\da-fA-F:.]+\])(:\d+)?)$/

/** Reads a registries file; throws RegistriesError naming every line that is wrong. */
export function parseRegistries(text: string): Registries {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, version: '1.1', merge: true })
  const [syntax] = document.errors
  if (syntax) throw new RegistriesError(`line ${lines.linePos(syntax.pos[0]).line}: ${firstLine(syntax.message)}`)
  const reader = new Reader((path) => {
    const offset = offsetOf(document.contents, path)
    return offset === undefined ? undefined : lines.linePos(offset).line
  })
  const registries = reader.registries(plainValue(document))
  if (reader.problems.length > 0) throw new RegistriesError(reader.problems.join('\n'))
  return registries
}

/** containerd's certs.d tree: paths relative to its `config_path`, with the text of each file. */
export function renderHostsToml(registries: Registries): { path: string; text: string }[] {
  const withTls = [...registries.configs].filter(([host, { tls }]) => tls && host !== ANY_HOST).map(([host]) => host)
  const hosts = [...new Set([...registries.mirrors.keys(), ...withTls])].sort()
  return hosts.map((host) => ({
    path: `${host === ANY_HOST ? '_default' : host}/hosts.toml`,
    text: renderHost(registries, host),
  }))
}

/** Credentials for the first server asked for this image that has any. */
export function authFor(registries: Registries, image: string): AuthConfig | undefined {
  const host = imageHost(image)
  const { endpoints, defaultEndpoint } = mirrorOf(registries, host)
  const servers = endpoints.map((endpoint) => new URL(endpoint).origin)
  if (defaultEndpoint) servers.push(serverOf(registries, host))
  for (const serverAddress of servers) {
    const auth = configOf(registries, new URL(serverAddress).host)?.auth
    if (auth) return { ...auth, serverAddress }
  }
  return undefined
}

/** The registry an image names, `docker.io` if it names none. */
export function imageHost(image: string): string {
  const first = image.slice(0, Math.max(image.indexOf('/'), 0))
  if (first === `index.${DOCKER_HUB}`) return DOCKER_HUB
  return /[.:]/.test(first) || first === 'localhost' ? first : DOCKER_HUB
}

function renderHost(registries: Registries, host: string): string {
  const { endpoints, defaultEndpoint } = mirrorOf(registries, host)
  const inTables = defaultEndpoint ? endpoints : endpoints.slice(0, -1)
  const tables = inTables.map((endpoint) =>
    [`\n[host.${toml(endpoint)}]`, ...renderServer(registries, endpoint).map((line) => `  ${line}`)].join('\n'),
  )
  // containerd 1.6 and 1.7 refuse a file without this table.
  if (tables.length === 0) tables.push('\n[host]')
  return [...renderLastServer(registries, host, endpoints, defaultEndpoint), ...tables]
    .map((part) => `${part}\n`)
    .join('')
}

/** containerd asks `server` when all else has failed: it is the host itself, or the last mirror where the host is not wanted. */
function renderLastServer(registries: Registries, host: string, endpoints: string[], defaultEndpoint: boolean) {
  const lastEndpoint = endpoints.at(-1)
  if (!defaultEndpoint && lastEndpoint) {
    return [`server = ${toml(lastEndpoint)}`, ...renderServer(registries, lastEndpoint)]
  }
  if (host === ANY_HOST) return []
  const server = serverOf(registries, host)
  return [`server = ${toml(server)}`, ...renderTls(registries, server)]
}

function renderServer(registries: Registries, endpoint: string): string[] {
  const override = new URL(endpoint).pathname === API_PATH ? [] : ['override_path = true']
  return ['capabilities = ["pull", "resolve"]', ...override, ...renderTls(registries, endpoint)]
}

function renderTls(registries: Registries, url: string): string[] {
  const tls = configOf(registries, new URL(url).host)?.tls ?? {}
  return [
    ...(tls.caFile ? [`ca = ${toml(tls.caFile)}`] : []),
    ...(tls.certFile ? [`client = [[${toml(tls.certFile)}, ${toml(tls.keyFile ?? '')}]]`] : []),
    ...(tls.insecureSkipVerify ? ['skip_verify = true'] : []),
  ]
}

/** TOML's basic strings are JSON's, but for one character. */
function toml(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f')
}

const NO_MIRROR: Mirror = { endpoints: [], defaultEndpoint: true }

function mirrorOf({ mirrors }: Registries, host: string): Mirror {
  return mirrors.get(host) ?? mirrors.get(ANY_HOST) ?? NO_MIRROR
}

function configOf({ configs }: Registries, host: string): RegistryConfig | undefined {
  return configs.get(host === DOCKER_HUB_SERVER && !configs.has(host) ? DOCKER_HUB : host) ?? configs.get(ANY_HOST)
}

function serverOf({ configs }: Registries, host: string): string {
  const scheme = configs.get(host)?.tls ? 'https' : schemeOf(host)
  return new URL(`${scheme}://${host === DOCKER_HUB ? DOCKER_HUB_SERVER : host}`).origin
}

/** As containerd and k3s have it: a registry on this machine's own address speaks plain HTTP, save on port 443. */
function schemeOf(host: string): string {
  return /^(localhost|127\.[\d.]+|\[::1\]):(?!443$)\d+$/.test(host) ? 'http' : 'https'
}

/** Turns the file's values into ours and collects what is wrong with them. */
class Reader {
  readonly problems: string[] = []
  readonly #lineOf: (path: string[]) => number | undefined

  constructor(lineOf: (path: string[]) => number | undefined) {
    this.#lineOf = lineOf
  }

  registries(value: unknown): Registries {
    const { mirrors, configs } = this.#fields(value, [], ['mirrors', 'configs'])
    return {
      mirrors: this.#byHost(mirrors, ['mirrors'], (mirror, path) => this.#mirror(mirror, path)),
      configs: this.#byHost(configs, ['configs'], (config, path) => this.#config(config, path)),
    }
  }

  #byHost<T>(value: unknown, path: string[], read: (value: unknown, path: string[]) => T): Map<string, T> {
    const byHost = new Map<string, T>()
    for (const [host, entry] of Object.entries(this.#fields(value, path))) {
      if (!HOST.test(host))
        this.#report([...path, host], 'write the host alone, such as registry.example.com:5000, or "*"')
      byHost.set(host, read(entry, [...path, host]))
    }
    return byHost
  }

  #mirror(value: unknown, path: string[]): Mirror {
    const { endpoint = [], disable_default_endpoint } = this.#fields(value, path, [
      'endpoint',
      'disable_default_endpoint',
    ])
    const written = Array.isArray(endpoint) ? endpoint : [undefined]
    const endpoints = written.map((url) => this.#endpoint(url, [...path, 'endpoint']))
    const twice = endpoints.find((url, index) => endpoints.indexOf(url) < index)
    if (twice) this.#report([...path, 'endpoint'], `names ${twice} twice: remove one of them`)
    const alone = this.#boolean(disable_default_endpoint, [...path, 'disable_default_endpoint']) ?? false
    if (alone && endpoints.length === 0) {
      this.#report([...path, 'disable_default_endpoint'], 'leaves nothing to pull from: give at least one endpoint')
    }
    return { endpoints, defaultEndpoint: !alone }
  }

  #endpoint(value: unknown, path: string[]): string {
    const text = typeof value === 'string' ? value : ''
    const url = URL.parse(text.includes('://') ? text : `${schemeOf(text.replace(/\/.*/, ''))}://${text}`)
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
      this.#report(path, 'must be a list of http or https URLs, such as ["https://mirror.example.com"]')
      return ''
    }
    return `${url.origin}${url.pathname.replace(/\/+$/, '') || API_PATH}`
  }

  #config(value: unknown, path: string[]): RegistryConfig {
    const { auth, tls } = this.#fields(value, path, ['auth', 'tls'])
    return {
      ...(auth === undefined ? {} : { auth: this.#credentials(auth, [...path, 'auth']) }),
      ...(tls === undefined ? {} : { tls: this.#tls(tls, [...path, 'tls']) }),
    }
  }

  #credentials(value: unknown, path: string[]): Credentials {
    const fields = this.#fields(value, path, ['username', 'password', 'auth', 'identity_token'])
    const text = (name: string) => this.#string(fields[name], [...path, name])
    const username = text('username')
    const password = text('password')
    const auth = text('auth')
    const identityToken = text('identity_token')
    if ((username === undefined) !== (password === undefined)) this.#report(path, 'needs both username and password')
    if (!username && !auth && !identityToken) this.#report(path, 'give username and password, auth, or identity_token')
    return given({ username, password, auth, identityToken })
  }

  #tls(value: unknown, path: string[]): RegistryTls {
    const fields = this.#fields(value, path, ['ca_file', 'cert_file', 'key_file', 'insecure_skip_verify'])
    const file = (name: string) => this.#file(fields[name], [...path, name])
    const certFile = file('cert_file')
    const keyFile = file('key_file')
    if ((certFile === undefined) !== (keyFile === undefined)) this.#report(path, 'needs both cert_file and key_file')
    const insecureSkipVerify = this.#boolean(fields.insecure_skip_verify, [...path, 'insecure_skip_verify'])
    return given({ caFile: file('ca_file'), certFile, keyFile, insecureSkipVerify })
  }

  /** The fields of a mapping; an empty one may be left out. Without `known`, any name may stand there. */
  #fields(value: unknown, path: string[], known?: string[]): Record<string, unknown> {
    if (value === undefined || value === null) return {}
    if (typeof value !== 'object' || Array.isArray(value)) {
      this.#report(path, 'must be a mapping of names to values')
      return {}
    }
    const fields = Object.entries(value)
    for (const [name] of fields) {
      if (known?.includes(name) === false)
        this.#report([...path, name], `is unknown here; known are ${known.join(', ')}`)
    }
    return Object.fromEntries(fields)
  }

  #string(value: unknown, path: string[]): string | undefined {
    if (value === undefined || typeof value === 'string') return value
    this.#report(path, 'must be a string: put it into quotes')
    return undefined
  }

  #file(value: unknown, path: string[]): string | undefined {
    const file = this.#string(value, path)
    if (file !== undefined && !file.startsWith('/')) this.#report(path, 'must be an absolute path')
    return file
  }

  #boolean(value: unknown, path: string[]): boolean | undefined {
    if (value === undefined || typeof value === 'boolean') return value
    this.#report(path, 'must be true or false')
    return undefined
  }

  #report(path: string[], problem: string): void {
    const line = this.#lineOf(path)
    const place = path.length > 0 ? path.join('.') : 'the file'
    this.problems.push(`${line === undefined ? '' : `line ${line}: `}${place} ${problem}`)
  }
}

function plainValue(document: Document): unknown {
  try {
    return document.toJS()
  } catch (error) {
    // What an alias means is only found out here.
    if (error instanceof ReferenceError) throw new RegistriesError(error.message)
    throw error
  }
}

/** Where the deepest key of the path that is really written stands. */
function offsetOf(node: unknown, path: string[]): number | undefined {
  const [name, ...rest] = path
  if (name === undefined || !isMap(node)) return undefined
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === name)
  if (!pair || !isScalar(pair.key)) return undefined
  return offsetOf(pair.value, rest) ?? pair.key.range?.[0]
}

function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '')
}
