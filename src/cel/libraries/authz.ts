import { fn, type Library, member } from '../declarations.ts'
import { structOf } from '../types.ts'
import { CelError, Opaque, type Value } from '../values.ts'
import type { Validate } from './named-format.ts'

/** A question whether somebody may do something. */
export interface AuthorizationQuestion<User> {
  readonly user: User
  readonly verb: string
  /** Set when the question is about a path that is no resource. */
  readonly path?: string
  /** Set when it is about a resource; its version is `*`. */
  readonly resource?: {
    readonly group: string
    readonly resource: string
    readonly subresource: string
    readonly namespace: string
    readonly name: string
    /** As the expression gave them, not parsed yet; empty when it gave none. */
    readonly fieldSelector: string
    readonly labelSelector: string
  }
}

/** The answer; `error` tells why there was none. */
export interface AuthorizationAnswer {
  readonly isAllowed: boolean
  readonly reason: string
  readonly error?: string
}

/** Answers at once: expressions cannot wait. */
export interface Authorizer<User> {
  authorize(question: AuthorizationQuestion<User>): AuthorizationAnswer
  /** Who a service account is. */
  serviceAccount(namespace: string, name: string): User
}

const PREFIX = 'kubernetes.authorization.'
const NAMES = ['Authorizer', 'PathCheck', 'GroupCheck', 'ResourceCheck', 'Decision'] as const
const OWN = Object.fromEntries(NAMES.map((name) => [name, structOf(PREFIX + name)]))

/** The types of the variables `authorizer` and `authorizer.requestResource`. */
export const AUTHORIZER_TYPE = structOf(`${PREFIX}Authorizer`)
export const RESOURCE_CHECK_TYPE = structOf(`${PREFIX}ResourceCheck`)

/** A value that has methods and nothing else. Two are equal when they say the same. */
abstract class Checkable extends Opaque {
  readonly typeName: string

  constructor(name: (typeof NAMES)[number]) {
    super()
    this.typeName = PREFIX + name
  }

  equals(other: Value): boolean {
    return this === other
  }
}

class AuthorizerValue<User> extends Checkable {
  readonly authorizer: Authorizer<User>
  readonly user: User

  constructor(authorizer: Authorizer<User>, user: User) {
    super('Authorizer')
    this.authorizer = authorizer
    this.user = user
  }
}

class PathCheck extends Checkable {
  readonly on: AuthorizerValue<unknown>
  readonly path: string

  constructor(on: AuthorizerValue<unknown>, path: string) {
    super('PathCheck')
    this.on = on
    this.path = path
  }
}

class GroupCheck extends Checkable {
  readonly on: AuthorizerValue<unknown>
  readonly group: string

  constructor(on: AuthorizerValue<unknown>, group: string) {
    super('GroupCheck')
    this.on = on
    this.group = group
  }
}

type Resource = NonNullable<AuthorizationQuestion<unknown>['resource']>

class ResourceCheck extends Checkable {
  readonly on: AuthorizerValue<unknown>
  readonly resource: Resource

  constructor(on: AuthorizerValue<unknown>, resource: Resource) {
    super('ResourceCheck')
    this.on = on
    this.resource = resource
  }
}

class Decision extends Checkable {
  readonly answer: AuthorizationAnswer

  constructor(answer: AuthorizationAnswer) {
    super('Decision')
    this.answer = answer
  }
}

/** What the variable `authorizer` is bound to: it asks for a user. */
export function authorizerValue<User>(authorizer: Authorizer<User>, user: User): Value {
  return new AuthorizerValue(authorizer, user)
}

const NOTHING = { subresource: '', namespace: '', name: '', fieldSelector: '', labelSelector: '' }

/** What the variable `authorizer.requestResource` is bound to: it asks about the resource of the request. */
export function resourceCheckValue<User>(
  authorizer: Authorizer<User>,
  user: User,
  resource: Pick<Resource, 'group' | 'resource'> & Partial<Resource>,
): Value {
  return new ResourceCheck(new AuthorizerValue(authorizer, user), {
    ...NOTHING,
    ...resource,
  })
}

const ask = (on: AuthorizerValue<unknown>, question: Omit<AuthorizationQuestion<unknown>, 'user'>) =>
  new Decision(on.authorizer.authorize({ user: on.user, ...question }))

/** A method that says more about the resource in question. */
const narrowing = (name: keyof Resource, id: string) =>
  fn(
    name,
    member(
      id,
      'ResourceCheck, string -> ResourceCheck',
      (check: ResourceCheck, value: string) => new ResourceCheck(check.on, { ...check.resource, [name]: value }),
      OWN,
    ),
  )

const telling = (name: string, type: string, read: (answer: AuthorizationAnswer) => Value) =>
  fn(
    name,
    member(`decision_${name}`, `Decision -> ${type}`, ({ answer }: Decision) => read(answer), OWN),
  )

const orEmptyError = (text: string, what: string, make: () => Value): Value =>
  text.trim() === '' ? new CelError(`${what} must not be empty`) : make()

/** Asking the authorizer: `authorizer.group('apps').resource('deployments').check('create').allowed()`. */
export function authzLibrary(rules: { dns1123Label: Validate; dns1123Subdomain: Validate }): Library {
  const serviceAccount = (on: AuthorizerValue<unknown>, namespace: string, name: string): Value => {
    if (rules.dns1123Subdomain(name).length) return new CelError('Invalid service account name')
    if (rules.dns1123Label(namespace).length) return new CelError('Invalid service account namespace')
    return new AuthorizerValue(on.authorizer, on.authorizer.serviceAccount(namespace, name))
  }
  const signature = 'Authorizer, string, string -> Authorizer'
  return {
    functions: [
      fn('serviceAccount', member('authorizer_serviceaccount', signature, serviceAccount, OWN)),
      ...FUNCTIONS,
    ],
  }
}

const FUNCTIONS = [
  fn(
    'path',
    member(
      'authorizer_path',
      'Authorizer, string -> PathCheck',
      (on: AuthorizerValue<unknown>, path: string) => orEmptyError(path, 'path', () => new PathCheck(on, path)),
      OWN,
    ),
  ),
  fn(
    'group',
    member(
      'authorizer_group',
      'Authorizer, string -> GroupCheck',
      (on: AuthorizerValue<unknown>, group: string) => new GroupCheck(on, group),
      OWN,
    ),
  ),
  fn(
    'resource',
    member(
      'groupcheck_resource',
      'GroupCheck, string -> ResourceCheck',
      ({ on, group }: GroupCheck, resource: string) =>
        orEmptyError(resource, 'resource', () => new ResourceCheck(on, { ...NOTHING, group, resource })),
      OWN,
    ),
  ),
  narrowing('subresource', 'resourcecheck_subresource'),
  narrowing('namespace', 'resourcecheck_namespace'),
  narrowing('name', 'resourcecheck_name'),
  narrowing('fieldSelector', 'authorizer_fieldselector'),
  narrowing('labelSelector', 'authorizer_labelselector'),
  fn(
    'check',
    member(
      'pathcheck_check',
      'PathCheck, string -> Decision',
      ({ on, path }: PathCheck, verb: string) => ask(on, { verb, path }),
      OWN,
    ),
    member(
      'resourcecheck_check',
      'ResourceCheck, string -> Decision',
      ({ on, resource }: ResourceCheck, verb: string) => ask(on, { verb, resource }),
      OWN,
    ),
  ),
  telling('errored', 'bool', ({ error }) => error !== undefined),
  telling('error', 'string', ({ error = '' }) => error),
  telling('allowed', 'bool', ({ isAllowed }) => isAllowed),
  telling('reason', 'string', ({ reason }) => reason),
]
