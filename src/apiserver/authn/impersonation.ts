import { badRequest } from '../../api/errors.ts'
import type { UserInfo } from '../../api/exchange.ts'
import { type Attributes, question } from '../authz/attributes.ts'
import { groupsOf, splitUsername } from './service-account-name.ts'
import { ANONYMOUS, member } from './authenticator.ts'

const USER = 'impersonate-user'
const GROUP = 'impersonate-group'
const UID = 'impersonate-uid'
const EXTRA_PREFIX = 'impersonate-extra-'
const AUTHENTICATION = 'authentication.k8s.io'

/** As whom somebody wants to act, and what they must be allowed to for that. */
export interface Impersonation {
  user: UserInfo
  /** What to ask the authorizer, in upstream's order. */
  questions: Attributes[]
}

type Headers = Readonly<Record<string, string>>

interface Wanted {
  user: string
  groups: string[]
  uid: string
  extra: Record<string, string[]>
}

/** Reads the Impersonate headers; `undefined` when there are none. Throws 400 when they do not name a user. */
export function impersonation(requestor: UserInfo, headers: Headers): Impersonation | undefined {
  const wanted = readHeaders(headers)
  const { user, groups, uid, extra } = wanted
  const isAny = groups.length > 0 || uid !== '' || Object.keys(extra).length > 0
  if (!user && !isAny) return undefined
  if (!user) throw badRequest(`requested ${referencesText(wanted)} without impersonating a user`)
  const account = splitUsername(user)
  const known = groups.length || !account ? groups : groupsOf(account.namespace)
  const acting: UserInfo = { name: user, groups: known, ...(uid && { uid }), extra }
  return { user: user === ANONYMOUS.name ? anonymousMember(acting) : member(acting), questions: ask(requestor, wanted) }
}

function anonymousMember(user: UserInfo): UserInfo {
  return { ...user, groups: [...new Set([...user.groups, ...ANONYMOUS.groups])] }
}

function readHeaders(headers: Headers): Wanted {
  const wanted: Wanted = { user: headers[USER] ?? '', groups: [], uid: headers[UID] ?? '', extra: {} }
  for (const [name, value] of Object.entries(headers)) {
    if (name === GROUP) wanted.groups = valuesOf(value)
    else if (name.startsWith(EXTRA_PREFIX)) wanted.extra[unescaped(name.slice(EXTRA_PREFIX.length))] = valuesOf(value)
  }
  return wanted
}

/** Several headers of one name arrive joined by commas. */
function valuesOf(header: string): string[] {
  return header.split(',').map((value) => value.trim())
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key // As upstream does: it is taken as it stands.
  }
}

function ask(requestor: UserInfo, { user, groups, uid, extra }: Wanted): Attributes[] {
  const may = (about: Partial<Attributes>) => question(requestor, 'impersonate', about)
  const account = splitUsername(user)
  return [
    account ? may({ resource: 'serviceaccounts', ...account }) : may({ resource: 'users', name: user }),
    ...groups.map((name) => may({ resource: 'groups', name })),
    ...Object.entries(extra).flatMap(([subresource, values]) =>
      values.map((name) => may({ group: AUTHENTICATION, resource: 'userextras', subresource, name })),
    ),
    ...(uid ? [may({ group: AUTHENTICATION, resource: 'uids', name: uid })] : []),
  ]
}

/** The references as Go prints them: kind, namespace, name, uid, version, revision and field path of each. */
function referencesText({ groups, uid, extra }: Wanted): string {
  const version = `${AUTHENTICATION}/v1`
  const all = [
    ...groups.map((name) => ['Group', '', name, '', '', '', '']),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((name) => ['UserExtra', '', name, '', version, '', key]),
    ),
    ...(uid ? [['UID', '', uid, '', version, '', '']] : []),
  ]
  return `[${all.map((fields) => `{${fields.join(' ')}}`).join(' ')}]`
}
