import type { Service } from '../../api/kinds/core/service.ts'

/** The variables that tell a pod where the services of its namespace are, and always where the API server is. */
export function serviceEnv(
  services: readonly Service[],
  namespace: string,
  enableServiceLinks: boolean,
): Map<string, string> {
  const own = services.filter(({ metadata }) => enableServiceLinks && metadata.namespace === namespace)
  const names = new Set(own.map(({ metadata }) => metadata.name))
  const always = services.filter(isApiServer).filter(({ metadata }) => !names.has(metadata.name))
  const env = new Map<string, string>()
  for (const service of [...always, ...own].filter(hasAddress)) addService(env, service)
  return env
}

const hasAddress = ({ spec }: Service) => Boolean(spec.clusterIP) && spec.clusterIP !== 'None'

const isApiServer = ({ metadata }: Service) => metadata.namespace === 'default' && metadata.name === 'kubernetes'

const variableName = (text: string) => text.replaceAll('-', '_').toUpperCase()

function addService(env: Map<string, string>, { metadata, spec }: Service): void {
  const prefix = variableName(metadata.name)
  const address = spec.clusterIP ?? ''
  const host = address.includes(':') ? `[${address}]` : address
  env.set(`${prefix}_SERVICE_HOST`, address)
  for (const [i, { name, port, protocol = 'TCP' }] of (spec.ports ?? []).entries()) {
    const lower = protocol.toLowerCase()
    const url = `${lower}://${host}:${port}`
    if (i === 0) {
      env.set(`${prefix}_SERVICE_PORT`, String(port))
      env.set(`${prefix}_PORT`, url)
    }
    if (name) env.set(`${prefix}_SERVICE_PORT_${variableName(name)}`, String(port))
    const link = `${prefix}_PORT_${port}_${protocol}`
    env.set(link, url)
    env.set(`${link}_PROTO`, lower)
    env.set(`${link}_PORT`, String(port))
    env.set(`${link}_ADDR`, address)
  }
}
