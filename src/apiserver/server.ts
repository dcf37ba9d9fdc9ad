import type { VersionInfo } from '../api/discovery.ts'
import type { UserInfo } from '../api/exchange.ts'
import type { Kind } from '../api/kind.ts'
import { CustomResourceDefinition } from '../api/kinds/apiextensions/custom-resource-definition.ts'
import type { Descriptions } from '../api/openapi/definitions.ts'
import type { SchemaTable } from '../api/schema.ts'
import type { RuleCompiler } from '../api/structural/rules.ts'
import type { Transport } from '../client/api.ts'
import type { Proxy } from '../os/https-proxy.ts'
import type { Env } from '../std/env.ts'
import { listPrefix } from '../store/keys.ts'
import type { Store } from '../store/store.ts'
import { admissionPlugins } from './admission/index.ts'
import { admissionChain } from './admission/plugin.ts'
import type { PodSecurityConfig } from './admission/pod-security/config.ts'
import { clusterIps } from './allocators/cluster-ips.ts'
import { nodePorts } from './allocators/node-ports.ts'
import { recoverAllocations, serviceHooks } from './allocators/service-hooks.ts'
import { type AuthenticationConfig, authentication } from './authn/authentication.ts'
import { ANONYMOUS } from './authn/authenticator.ts'
import { type Authorization, authorization } from './authz/authorization.ts'
import { reconcilePolicy } from './authz/rbac/policy/reconcile.ts'
import { type Answer, type Call, type Connection, type Handler, pipeline, type ServerRequest } from './call.ts'
import { changingSchema } from './changing-schema.ts'
import { type Context, resourceOf } from './context.ts'
import { customResources } from './crd/custom-resources.ts'
import { definitionHooks } from './crd/definition-hooks.ts'
import type { HealthCheck } from './health.ts'
import { routePath } from './paths.ts'
import { lastingCalls } from './lasting-calls.ts'
import { registry } from './registry.ts'
import { isLongRunning, requestInfo } from './request-info.ts'
import { routeResource } from './router.ts'
import { auditId } from './stages/audit-id.ts'
import { authenticate } from './stages/authenticate.ts'
import { authorize } from './stages/authorize.ts'
import { errors } from './stages/errors.ts'
import { impersonate } from './stages/impersonate.ts'
import { timeout } from './stages/timeout.ts'
import { warnings } from './stages/warnings.ts'
import { namespaceHooks } from './strategy/namespace-hooks.ts'

export interface ApiServerConfig {
  kinds: readonly Kind[]
  store: Store
  env: Env
  schema: SchemaTable
  /** Where services get their addresses from: `10.96.0.0/16`. */
  serviceCidr: string
  version: VersionInfo
  authentication?: AuthenticationConfig
  /** What pod security asks where no label says so, and whom it asks nothing; only labels ask when absent. */
  podSecurity?: PodSecurityConfig
  /** `host:port` at which the server is reached from outside; what a client says when absent. */
  externalAddress?: string
  /** Compiles the rules of custom resource definitions; without it, they are not looked at. */
  rules?: RuleCompiler
  /** Reaches kubelets (with the server's client certificate), pods and services; without it, what needs it answers 500. */
  proxy?: Proxy
  /** What OpenAPI documents say of fields; nothing when absent. */
  descriptions?: () => Promise<Descriptions>
  /** What has to be in order before `/readyz` says so. */
  readyChecks?: readonly HealthCheck[]
}

export interface ApiServer {
  /** One request, from whoever: all stages run. Never rejects. */
  handle(request: ServerRequest, connection: Connection): Promise<Answer>
  /** For components in this process: no TLS, no bytes, but all stages, as `user`. */
  transport(user: UserInfo): Transport
  /** The first address of the service range: the `kubernetes` service's. */
  readonly firstServiceIp: string
  /** Ends all watches and other long answers. The store is the caller's to close. */
  stop(): void
}

/** The API server over a store that has been opened. */
export async function apiServer(config: ApiServerConfig): Promise<ApiServer> {
  const { env, store } = config
  const lasting = lastingCalls()
  await reconcilePolicy(env, store)
  const authorized = await authorization(env, store)
  const allocators = { ips: clusterIps(config.serviceCidr, env.random), ports: nodePorts(env.random) }
  const services = await store.list(listPrefix({ group: '', plural: 'services' }))
  recoverAllocations(
    allocators,
    services.items.map(({ object }) => object),
  )
  const schema = changingSchema(config.schema)
  const context = { ...contextOf(config, authorized, serviceHooks(allocators)), schema }
  const definitions = await customResources(context, schema, config.rules)
  const answer = stagesOf(context)
  const handle = (request: ServerRequest, connection: Connection) => {
    const call = callOf(env, request, connection)
    return isLongRunning(call.info) ? lasting.run(call, answer) : answer(call)
  }
  return {
    handle,
    transport: (user) => (request) => handle(request, { user }),
    firstServiceIp: allocators.ips.first,
    stop() {
      lasting.endAll()
      authorized.stop()
      definitions.stop()
    },
  }
}

function contextOf(
  config: ApiServerConfig,
  authorized: Authorization,
  services: ReturnType<typeof serviceHooks>,
): Context {
  const { env, store, schema, version, externalAddress, podSecurity } = config
  const kinds = registry(config.kinds)
  const { authorize } = authorized.authorizer
  const deciding = {
    env,
    store,
    kinds: kinds.all,
    authorize,
    rbac: authorized.rbac,
    ...(podSecurity && { podSecurity }),
  }
  return {
    env,
    store,
    schema,
    version,
    ...(externalAddress && { externalAddress }),
    registry: kinds,
    descriptions: config.descriptions ?? (async () => ({})),
    admission: admissionChain(admissionPlugins(deciding)),
    authentication: authentication(env, store, config.authentication),
    authorizer: authorized.authorizer,
    hooks: new Map([
      ['namespaces', namespaceHooks],
      ['services', services],
      [resourceOf(CustomResourceDefinition), definitionHooks],
    ]),
    proxy: config.proxy ?? noProxy,
    readyChecks: config.readyChecks ?? [],
  }
}

const noProxy: Proxy = async () => {
  throw new Error('this server has no way to reach nodes')
}

/** The stages in their order: what goes out is dressed first, then who asks is known, then what they may. */
function stagesOf(context: Context): Handler {
  const { log, clock } = context.env
  const route: Handler = (call) => (call.info.isResource ? routeResource(context, call) : routePath(context, call))
  const { authentication, authorizer } = context
  const who = [authenticate(authentication.request, log), impersonate(authorizer), authorize(authorizer)]
  return pipeline([auditId, warnings, errors(log), timeout(clock), ...who], route)
}

/** What a request that nobody can call off is given. */
const NEVER = new AbortController().signal

function callOf({ random }: Env, request: ServerRequest, connection: Connection): Call {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  return {
    request,
    connection,
    query: searchParams,
    info: requestInfo(request.method, pathname, searchParams),
    auditId: request.headers['audit-id'] || random.uuid(),
    user: ANONYMOUS,
    warnings: [],
    signal: request.signal ?? NEVER,
  }
}
