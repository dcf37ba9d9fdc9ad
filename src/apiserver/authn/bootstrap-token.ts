import { timingSafeEqual } from 'node:crypto'
import { Secret } from '../../api/kinds/core/secret.ts'
import type { Clock } from '../../std/clock.ts'
import type { Store } from '../../store/store.ts'
import { lookup } from '../context.ts'
import type { TokenAuthenticator } from './authenticator.ts'

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/
const SECRET_TYPE = 'bootstrap.kubernetes.io/token'
const GROUP = 'system:bootstrappers'
const EXTRA_GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/

/** Tokens by which machines join: `ID.SECRET`, kept in secrets `bootstrap-token-ID` of kube-system. */
export function bootstrapToken(store: Store, clock: Clock, audiences: readonly string[]): TokenAuthenticator {
  return (token, wanted) => {
    const [, id, secretPart] = TOKEN.exec(token) ?? []
    if (id === undefined || secretPart === undefined) return undefined
    const secret = lookup(store, Secret, { namespace: 'kube-system', name: `bootstrap-token-${id}` })
    if (!secret || secret.metadata.deletionTimestamp || secret.type !== SECRET_TYPE) return undefined
    const read = (key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString()
    const isGood =
      isSame(read('token-secret'), secretPart) &&
      read('token-id') === id &&
      !isExpired(read('expiration'), clock.now()) &&
      read('usage-bootstrap-authentication') === 'true'
    const groups = groupsFrom(read('auth-extra-groups'))
    if (!isGood || !groups) return undefined
    const common = wanted.filter((audience) => audiences.includes(audience))
    return { user: { name: `system:bootstrap:${id}`, groups }, audiences: common }
  }
}

function isSame(kept: string, shown: string): boolean {
  const [a, b] = [Buffer.from(kept), Buffer.from(shown)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** A time that cannot be read is over. */
function isExpired(expiration: string, now: number): boolean {
  return expiration !== '' && !(Date.parse(expiration) > now)
}

/** `undefined` when one of the groups is none that a token may give. */
function groupsFrom(extra: string): string[] | undefined {
  const more = extra.split(',').filter(Boolean)
  if (!more.every((group) => EXTRA_GROUP.test(group))) return undefined
  return [...new Set([GROUP, ...more])].sort()
}
