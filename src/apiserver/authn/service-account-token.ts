import type { UserInfo } from '../../api/exchange.ts'
import type { Kind } from '../../api/kind.ts'
import { Node } from '../../api/kinds/core/node.ts'
import { Pod } from '../../api/kinds/core/pod.ts'
import { Secret } from '../../api/kinds/core/secret.ts'
import { ServiceAccount } from '../../api/kinds/core/service-account.ts'
import type { KubeObject } from '../../api/meta.ts'
import type { Clock } from '../../std/clock.ts'
import type { Store } from '../../store/store.ts'
import { lookup } from '../context.ts'
import { type Authenticated, BadCredentials, type TokenAuthenticator } from './authenticator.ts'
import { CREDENTIAL_ID } from './client-certificate.ts'
import { groupsOf, usernameOf } from './service-account-name.ts'
import { type Claims, claimedIssuer, type TokenKeys } from './token-keys.ts'

/** An object that a token speaks of; it counts only as long as that one is there. */
export interface BoundObject {
  name: string
  uid: string
}

/** What a token of a service account says beside the usual claims, under `kubernetes.io`. */
export interface ServiceAccountClaims {
  namespace: string
  serviceaccount: BoundObject
  pod?: BoundObject
  secret?: BoundObject
  node?: BoundObject
  /** When whoever still uses the token should have got another one, in seconds since 1970. */
  warnafter?: number
}

/** What tokens of service accounts are made and known by. */
export interface ServiceAccountIssuer {
  issuer: string
  /** Whom tokens are for that do not say. */
  audiences: readonly string[]
  keys: TokenKeys
}

/** Clocks may differ by so much. */
export const LEEWAY_MS = 60_000

/** Tokens that the server issued for a service account, as long as the account and what they are bound to exist. */
export function serviceAccountToken(
  store: Store,
  clock: Clock,
  { issuer, keys, audiences: own }: ServiceAccountIssuer,
): TokenAuthenticator {
  return (token, wanted) => {
    if (claimedIssuer(token) !== issuer) return undefined
    const claims = keys.verify(token)
    const audiences = commonAudiences(claims, own, wanted)
    checkTimes(claims, clock.now())
    const bound = claims['kubernetes.io'] as ServiceAccountClaims
    checkObjects(store, bound, clock.now() - LEEWAY_MS)
    return { user: userOf(bound, claims.jti), audiences } satisfies Authenticated
  }
}

function commonAudiences({ aud = [] }: Claims, own: readonly string[], wanted: readonly string[]): string[] {
  const said = [aud].flat()
  const meant = said.length ? said : own
  const common = wanted.filter((audience) => meant.includes(audience))
  if (common.length > 0) return common
  throw new BadCredentials(`token audiences ${listText(meant)} is invalid for the target audiences ${listText(wanted)}`)
}

const listText = (values: readonly string[]) => `[${values.map((value) => JSON.stringify(value)).join(' ')}]`

function checkTimes({ exp, nbf, iat }: Claims, now: number): void {
  if (exp !== undefined && now - LEEWAY_MS > exp * 1000) throw new BadCredentials('service account token has expired')
  if (nbf !== undefined && now + LEEWAY_MS < nbf * 1000) {
    throw new BadCredentials('service account token is not valid yet')
  }
  if (iat !== undefined && now + LEEWAY_MS < iat * 1000) {
    throw new BadCredentials('service account token is issued in the future')
  }
}

const INVALIDATED = 'service account token has been invalidated'

function checkObjects(store: Store, claims: ServiceAccountClaims, deletedBefore: number): void {
  const { namespace, serviceaccount: account, secret, pod, node } = claims
  const isDying = ({ metadata: { deletionTimestamp } }: KubeObject) =>
    deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < deletedBefore
  const found = lookup(store, ServiceAccount, { namespace, name: account.name })
  if (!found) throw new BadCredentials(`serviceaccounts ${JSON.stringify(account.name)} not found`)
  if (found.metadata.uid !== account.uid) {
    throw new BadCredentials(`service account UID (${found.metadata.uid}) does not match claim (${account.uid})`)
  }
  if (isDying(found)) throw new BadCredentials(`service account ${namespace}/${account.name} has been deleted`)
  const check = <T extends KubeObject>(kind: Kind<T>, bound: BoundObject | undefined, what: string) => {
    if (!bound) return
    const object = lookup(store, kind, { namespace, name: bound.name })
    if (!object) throw new BadCredentials(INVALIDATED)
    if (object.metadata.uid !== bound.uid) {
      const [whose, claim] = [`${what} UID (${object.metadata.uid})`, `${what.toLowerCase()} ref claim (${bound.uid})`]
      throw new BadCredentials(`${whose} does not match service account ${claim}`)
    }
    if (isDying(object)) throw new BadCredentials(INVALIDATED)
  }
  check(Secret, secret, 'secret')
  check(Pod, pod, 'pod')
  // The node of a pod is told for information; the token is bound to the pod.
  if (!pod) check(Node, node, 'node')
}

const EXTRA = 'authentication.kubernetes.io'

function userOf({ namespace, serviceaccount: { name, uid }, pod, node }: ServiceAccountClaims, jti?: string): UserInfo {
  const extra = {
    ...(jti && { [CREDENTIAL_ID]: [`JTI=${jti}`] }),
    ...(node && { [`${EXTRA}/node-name`]: [node.name] }),
    ...(node?.uid && { [`${EXTRA}/node-uid`]: [node.uid] }),
    ...(pod && { [`${EXTRA}/pod-name`]: [pod.name], [`${EXTRA}/pod-uid`]: [pod.uid] }),
  }
  return { name: usernameOf(namespace, name), uid, groups: groupsOf(namespace), extra }
}
