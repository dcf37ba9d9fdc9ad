import {
  type AggregatedVersion,
  aggregatedMediaType,
  renderAggregated,
  renderApiVersions,
  renderGroup,
  renderGroupList,
  renderResourceList,
  renderVersion,
} from '../api/discovery.ts'
import { ApiError, pathNotFound } from '../api/errors.ts'
import { type Answer, type Call, header } from './call.ts'
import type { Context } from './context.ts'
import { health } from './health.ts'
import { openApi } from './openapi.ts'
import { openId, OPENID_PATHS } from './openid.ts'
import { answerObject } from './representation/answer.ts'
import { parseAccept } from './representation/negotiate.ts'

/** Answers a request that is about no resource: discovery, schemas, version, health. */
export async function routePath(context: Context, call: Call): Promise<Answer> {
  const { path, verb } = call.info
  const segments = path.split('/').filter(Boolean)
  if (verb !== 'get' && verb !== 'head') {
    if (known(segments))
      throw new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')
    throw pathNotFound()
  }
  const answer = await respond(context, call, segments)
  if (!answer) throw pathNotFound()
  return answer
}

const ROOTS = new Set([
  'api',
  'apis',
  'version',
  'healthz',
  'livez',
  'readyz',
  'openapi',
  'openid',
  '.well-known',
  'metrics',
])

function known([root = '']: readonly string[]): boolean {
  return ROOTS.has(root)
}

async function respond(context: Context, call: Call, segments: readonly string[]): Promise<Answer | undefined> {
  const [root] = segments
  switch (root) {
    case undefined:
      return answerObject(call, 200, { paths: rootPaths(context) })
    case 'api':
    case 'apis':
      return discovery(context, call, segments)
    case 'version':
      return segments.length === 1 ? answerObject(call, 200, renderVersion(context.version)) : undefined
    case 'healthz':
    case 'livez':
    case 'readyz':
      return health(context, call, context.readyChecks)
    case 'openapi':
      return openApi(context, call, segments.slice(1))
    case 'openid':
    case '.well-known':
      return openId(context, call)
    default:
      return undefined
  }
}

function rootPaths({ registry }: Context): string[] {
  const groups = registry
    .all()
    .flatMap(({ group, apiVersion }) => (group ? [`/apis/${group}`, `/apis/${apiVersion}`] : []))
  const fixed = ['/api', '/api/v1', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version']
  return [...new Set([...fixed, ...OPENID_PATHS, ...groups])].sort()
}

function discovery(context: Context, call: Call, segments: readonly string[]): Answer | undefined {
  const kinds = context.registry.all()
  const [root, ...rest] = segments as ['api' | 'apis', ...string[]]
  if (rest.length === 0) {
    const version = aggregatedVersion(call)
    if (version) return aggregated(context, root, version)
    return answerObject(call, 200, root === 'api' ? renderApiVersions(header(call, 'host')) : renderGroupList(kinds))
  }
  const found =
    root === 'apis' && rest.length === 1
      ? renderGroup(kinds, rest[0] as string)
      : renderResourceList(kinds, groupVersionOf(root, rest))
  return found && answerObject(call, 200, found)
}

/** The version of aggregated discovery that the client accepts before the plain form, if any. */
function aggregatedVersion(call: Call): AggregatedVersion | undefined {
  for (const { type, parameters } of parseAccept(header(call, 'accept'))) {
    if (type !== 'application/json' && type !== '*/*') continue
    const { g: group, v: version, as } = parameters
    if (!as && !group) return undefined
    const fits = group === 'apidiscovery.k8s.io' && as === 'APIGroupDiscoveryList'
    if (fits && (version === 'v2' || version === 'v2beta1')) return version
  }
  return undefined
}

function aggregated({ registry }: Context, root: 'api' | 'apis', version: AggregatedVersion): Answer {
  const body = JSON.stringify(renderAggregated(registry.all(), root, version))
  return { status: 200, headers: { 'content-type': aggregatedMediaType(version), vary: 'Accept' }, body }
}

function groupVersionOf(root: string, [first = '', second = '']: readonly string[]) {
  return root === 'api' ? { group: '', version: first } : { group: first, version: second }
}
