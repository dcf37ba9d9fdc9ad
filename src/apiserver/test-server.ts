import { virtualClock } from '../../testing/virtual-clock.ts'
import { builtinSchema } from '../api/builtin-schema.ts'
import type { Status } from '../api/errors.ts'
import type { UserInfo } from '../api/exchange.ts'
import { ServiceAccount } from '../api/kinds/core/service-account.ts'
import { KINDS } from '../api/kinds/index.ts'
import type { KubeObject } from '../api/meta.ts'
import type { Api } from '../client/api.ts'
import { linesOf, textOf } from '../client/body.ts'
import { createApi } from '../client/client.ts'
import type { Proxy } from '../os/https-proxy.ts'
import type { Env } from '../std/env.ts'
import { silentLog } from '../std/log.ts'
import { seededRandom } from '../std/random.ts'
import { memoryDriver } from '../store/memory.ts'
import { openStore, type Store } from '../store/store.ts'
import type { PodSecurityConfig } from './admission/pod-security/config.ts'
import { bootstrap } from './bootstrap.ts'
import type { Answer } from './call.ts'
import { type ApiServer, apiServer } from './server.ts'

export interface TestRequest {
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
  /** Administrator when absent. */
  user?: UserInfo
}

/** An API server in this process over an empty memory store, with what every cluster has, under a clock that stands still. */
export interface TestServer {
  server: ApiServer
  store: Store
  api: Api
  clock: ReturnType<typeof virtualClock>
  send(method: string, url: string, request?: TestRequest): Promise<Answer>
  /** The body of an answer, which must have the status that is expected, as JSON. */
  json<T = KubeObject>(expected: number, method: string, url: string, request?: TestRequest): Promise<T>
  /** The Status of an answer that must be an error. */
  fail(method: string, url: string, request?: TestRequest): Promise<Status>
  /** The first `count` lines of a watch, which is ended then. */
  watchLines<T = KubeObject>(url: string, count: number): Promise<{ type: string; object: T }[]>
}

export const ADMIN: UserInfo = { name: 'admin', groups: ['system:masters'] }

export const VERSION = {
  gitVersion: 'v1.36.0+test',
  gitCommit: 'c',
  buildDate: '2026-01-01T00:00:00Z',
  platform: 'linux/amd64',
}

export interface TestOptions {
  proxy?: Proxy
  /** How many events the store keeps in memory for watches. */
  ringEvents?: number
  podSecurity?: PodSecurityConfig
}

export async function testServer({ proxy, ringEvents, podSecurity }: TestOptions = {}): Promise<TestServer> {
  const clock = virtualClock()
  const env: Env = { clock, random: seededRandom(1), log: silentLog }
  const store = await openStore(memoryDriver(), env, { ...(ringEvents && { ringEvents }) })
  const common = { kinds: KINDS, store, env, schema: builtinSchema, serviceCidr: '10.96.0.0/24', version: VERSION }
  const server = await apiServer({ ...common, ...(proxy && { proxy }), ...(podSecurity && { podSecurity }) })
  const api = createApi(server.transport(ADMIN), { clock })
  await bootstrap(api, { serviceIp: server.firstServiceIp, advertise: { address: '192.0.2.1', port: 6443 } })
  await api(ServiceAccount).create({ metadata: { name: 'default', namespace: 'default' } })
  const send: TestServer['send'] = (method, url, { body, headers, signal, user = ADMIN } = {}) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const type: Record<string, string> = text === undefined ? {} : { 'content-type': 'application/json' }
    const request = { method, url, headers: { ...type, ...headers }, ...(text !== undefined && { body: text }) }
    return server.handle({ ...request, ...(signal && { signal }) }, { user })
  }
  const read = async (answer: Answer) => JSON.parse(await textOf(answer.body))
  return {
    server,
    store,
    api,
    clock,
    send,
    async json(expected, method, url, request) {
      const answer = await send(method, url, request)
      const body = await read(answer)
      if (answer.status !== expected) throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(body)}`)
      return body
    },
    async fail(method, url, request) {
      const answer = await send(method, url, request)
      if (answer.status < 400) throw new Error(`${method} ${url} did not fail: ${answer.status}`)
      return read(answer)
    },
    async watchLines(url, count) {
      const leaving = new AbortController()
      const { body } = await send('GET', url, { signal: leaving.signal })
      const lines: { type: string; object: never }[] = []
      for await (const line of linesOf(body)) {
        if (lines.push(JSON.parse(line)) === count) leaving.abort()
      }
      return lines
    },
  }
}

/** The path of the objects of a plural in the namespace `default`. */
export const inDefault = (plural: string, name = '', root = '/api/v1') =>
  `${root}/namespaces/default/${plural}${name && `/${name}`}`

export const podBody = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'main', image: 'nginx' }], ...spec },
})

export const configMapBody = (name: string, data: Record<string, string> = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
})
