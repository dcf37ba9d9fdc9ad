import { assert } from '../../std/assert.ts'
import { subresourcesOf } from '../discovery.ts'
import type { Kind, Subresource } from '../kind.ts'
import { canonicalType } from '../kind.ts'
import type { GroupVersionKind } from '../schema.ts'

export type Method = 'get' | 'put' | 'post' | 'delete' | 'patch'

/** `x-kubernetes-action`. */
export type Action = 'get' | 'list' | 'post' | 'put' | 'patch' | 'delete' | 'deletecollection' | 'connect'

/** One path of the API, in the terms that both versions of OpenAPI are written from. */
export interface Endpoint {
  path: string
  /** Names of the path's own parameters, in their order. */
  pathParameters: string[]
  operations: Operation[]
}

export interface Operation {
  method: Method
  action: Action
  id: string
  description: string
  /** `apps_v1`. */
  tag: string
  speaks: GroupVersionKind
  /** Names of query parameters. */
  query: readonly string[]
  /** The type of the body, as a canonical name. */
  body?: string
  isBodyRequired: boolean
  /** The type of the answer; plain text when absent. */
  response?: string
  /** Whether a strategic merge patch is taken. */
  isStrategic?: boolean
  /** The status codes of success. */
  codes: readonly [code: string, text: string][]
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
/** The types that operations speak beside those of the kinds. */
export const COMMON_TYPES = {
  deleteOptions: `${META}.DeleteOptions`,
  patch: `${META}.Patch`,
  status: `${META}.Status`,
} as const

const PAGE = ['continue', 'fieldSelector', 'labelSelector', 'limit', 'resourceVersion', 'resourceVersionMatch']
const LIST = [...PAGE, 'allowWatchBookmarks', 'sendInitialEvents', 'timeoutSeconds', 'watch']
const WRITE = ['dryRun', 'fieldManager', 'fieldValidation']
const DELETE = ['dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy']

/** Subresources that hand the connection on: what they take in their query. */
const CONNECTIONS: Readonly<Record<string, readonly string[]>> = {
  attach: ['container', 'stderr', 'stdin', 'stdout', 'tty'],
  exec: ['command', 'container', 'stderr', 'stdin', 'stdout', 'tty'],
  portforward: ['ports'],
  proxy: ['path'],
}

const LOG = [
  'container',
  'follow',
  'insecureSkipTLSVerifyBackend',
  'limitBytes',
  'previous',
  'sinceSeconds',
  'stream',
  'tailLines',
  'timestamps',
]

const OK: [string, string] = ['200', 'OK']
const CREATED: [string, string] = ['201', 'Created']
const ACCEPTED: [string, string] = ['202', 'Accepted']

/** Every path of a kind, with what can be done there. */
export function planEndpoints(kind: Kind): Endpoint[] {
  const base = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`
  const isNamespaced = kind.scope === 'Namespaced'
  const collection = `${base}/${isNamespaced ? 'namespaces/{namespace}/' : ''}${kind.plural}`
  const scope = isNamespaced ? ['namespace'] : []
  const item = `${collection}/{name}`
  const endpoints: Endpoint[] = [
    ...(isNamespaced
      ? [
          {
            path: `${base}/${kind.plural}`,
            pathParameters: [],
            operations: operations(kind, ['list'], 'ForAllNamespaces'),
          },
        ]
      : []),
    { path: collection, pathParameters: scope, operations: operations(kind, ['list', 'create', 'deletecollection']) },
    {
      path: item,
      pathParameters: ['name', ...scope],
      operations: operations(kind, ['get', 'update', 'patch', 'delete']),
    },
    ...subresourcesOf(kind).flatMap((subresource) => subresourceEndpoints(kind, subresource, item, ['name', ...scope])),
  ]
  return endpoints.filter((endpoint) => endpoint.operations.length > 0)
}

/** The type of a kind's lists. */
export function listTypeOf(kind: Kind): string {
  return `${kind.type}List`
}

function operations(kind: Kind, verbs: readonly string[], suffix: '' | 'ForAllNamespaces' = ''): Operation[] {
  const served: readonly string[] = kind.verbs
  return verbs.filter((verb) => served.includes(verb)).map((verb) => operationOf(kind, verb, suffix))
}

/** Method, action, the first word of the id, and how the description begins. */
const VERBS: Readonly<Record<string, [method: Method, action: Action, word: string, description: string]>> = {
  create: ['post', 'post', 'create', 'create'],
  delete: ['delete', 'delete', 'delete', 'delete'],
  deletecollection: ['delete', 'deletecollection', 'delete', 'delete collection of'],
  get: ['get', 'get', 'read', 'read the specified'],
  list: ['get', 'list', 'list', 'list or watch objects of kind'],
  patch: ['patch', 'patch', 'patch', 'partially update the specified'],
  update: ['put', 'put', 'replace', 'replace the specified'],
}

type Particulars = Pick<Operation, 'query' | 'body' | 'isBodyRequired' | 'isStrategic' | 'response' | 'codes'>

function particularsOf(verb: string, kind: Kind): Particulars {
  const { deleteOptions, patch, status } = COMMON_TYPES
  switch (verb) {
    case 'list':
      return { query: LIST, isBodyRequired: false, response: listTypeOf(kind), codes: [OK] }
    case 'create':
      return {
        query: WRITE,
        body: kind.type,
        isBodyRequired: true,
        response: kind.type,
        codes: [OK, CREATED, ACCEPTED],
      }
    case 'update':
      return { query: WRITE, body: kind.type, isBodyRequired: true, response: kind.type, codes: [OK, CREATED] }
    case 'patch':
      return {
        query: [...WRITE, 'force'],
        body: patch,
        isBodyRequired: true,
        isStrategic: !kind.custom,
        response: kind.type,
        codes: [OK, CREATED],
      }
    case 'delete':
      return { query: DELETE, body: deleteOptions, isBodyRequired: false, response: status, codes: [OK, ACCEPTED] }
    case 'deletecollection':
      return {
        query: [...PAGE, 'timeoutSeconds', ...DELETE],
        body: deleteOptions,
        isBodyRequired: false,
        response: status,
        codes: [OK],
      }
    default:
      return { query: [], isBodyRequired: false, response: kind.type, codes: [OK] }
  }
}

function operationOf(kind: Kind, verb: string, suffix: string): Operation {
  const verbForm = VERBS[verb]
  assert(verbForm, `no operation is known for the verb ${verb}`)
  const [method, action, word, text] = verbForm
  const collection = verb === 'deletecollection' ? 'Collection' : ''
  const { group, version } = kind
  return {
    method,
    action,
    id: `${word}${groupWord(group)}${capital(version)}${collection}${suffix ? '' : scopeWord(kind)}${kind.kind}${suffix}`,
    description: `${text} ${kind.kind}`,
    tag: tagOf(kind),
    speaks: { group, version, kind: kind.kind },
    ...particularsOf(verb, kind),
  }
}

function subresourceEndpoints(kind: Kind, subresource: Subresource, item: string, parameters: string[]): Endpoint[] {
  const path = `${item}/${subresource.name}`
  const planned = subresource.verbs.flatMap((verb) => subresourceOperation(kind, subresource, verb))
  const endpoints = [{ path, pathParameters: parameters, operations: planned }]
  if (subresource.name !== 'proxy') return endpoints
  const below = planned.map((operation) => ({ ...operation, id: `${operation.id}WithPath` }))
  return [...endpoints, { path: `${path}/{path}`, pathParameters: [...parameters, 'path'], operations: below }]
}

function subresourceOperation(kind: Kind, subresource: Subresource, verb: string): Operation[] {
  const verbForm = VERBS[verb]
  if (!verbForm) return []
  const [method, action, word, text] = verbForm
  const { group, version } = kind
  const speaks = subresource.speaks ?? { group, version, kind: kind.kind }
  const connection = CONNECTIONS[subresource.name]
  const name = `${scopeWord(kind)}${kind.kind}${subresource.name.split('-').map(capital).join('')}`
  const common = { method, tag: tagOf(kind), speaks }
  if (connection) {
    return [
      {
        ...common,
        action: 'connect',
        id: `connect${groupWord(group)}${capital(version)}${capital(method)}${name}`,
        description: `connect ${method.toUpperCase()} requests to ${subresource.name} of ${kind.kind}`,
        query: connection,
        isBodyRequired: false,
        codes: [OK],
      },
    ]
  }
  const spoken = {
    ...kind,
    type: subresource.speaks ? canonicalType(speaks.group, speaks.version, speaks.kind) : kind.type,
  }
  const isLog = subresource.name === 'log'
  const { response, ...particulars } = particularsOf(verb, spoken)
  return [
    {
      ...common,
      action,
      id: `${word}${groupWord(group)}${capital(version)}${name}`,
      description: `${text.replace(/ the specified$/, '')} ${subresource.name} of the specified ${kind.kind}`,
      ...particulars,
      ...(isLog ? { query: LOG } : { response }),
    },
  ]
}

function tagOf({ group, version }: Kind): string {
  const word = groupWord(group)
  return `${word.charAt(0).toLowerCase()}${word.slice(1)}_${version}`
}

/** `rbac.authorization.k8s.io` is `RbacAuthorization`. */
function groupWord(group: string): string {
  if (group === '') return 'Core'
  return group
    .replace(/\.k8s\.io$/, '')
    .split('.')
    .map(capital)
    .join('')
}

const scopeWord = (kind: Kind) => (kind.scope === 'Namespaced' ? 'Namespaced' : '')

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
