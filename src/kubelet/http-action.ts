import type { IHTTPGetAction } from 'kubernetes-models/v1/HTTPGetAction'
import type { Container } from './pod-spec.ts'

/** The number of a port that may be given by its name in the container. */
export function portNumber(port: number | string, { name, ports = [] }: Container): number {
  const number = Number(port)
  const found = Number.isInteger(number) ? number : ports.find((each) => each.name === port)?.containerPort
  if (found === undefined) throw new Error(`couldn't find port: ${JSON.stringify(port)} in container ${name}`)
  if (found < 1 || found > 65_535) throw new Error(`invalid port number: ${port}`)
  return found
}

/** The request that an HTTP probe or hook makes. */
export function httpGetUrl(
  { scheme = 'HTTP', host, port, path = '/', httpHeaders = [] }: IHTTPGetAction,
  { container, podIP }: { container: Container; podIP: string },
): { url: string; headers: Record<string, string> } {
  const address = host || podIP
  const authority = `${address.includes(':') ? `[${address}]` : address}:${portNumber(port, container)}`
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name.toLowerCase(), value]))
  return { url: `${scheme.toLowerCase()}://${authority}${path.startsWith('/') ? path : `/${path}`}`, headers }
}
