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

const DOCKER_HUB = 'docker.io'
const DOCKER_HUB_SERVER = 'registry-1.docker.io'
const ANY_HOST = '*'
/** Below which a registry's repositories lie, unless something else is said. */
export const API_PATH = '/v2'

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
export function schemeOf(host: string): string {
  return /^(localhost|127\.[\d.]+|\[::1\]):(?!443$)\d+$/.test(host) ? 'http' : 'https'
}
