import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { BadCredentials } from './authenticator.ts'

/** The payload of a token. */
export interface Claims {
  iss?: string
  sub?: string
  aud?: string | string[]
  exp?: number
  nbf?: number
  iat?: number
  jti?: string
  [claim: string]: unknown
}

/** Signs the tokens of service accounts, and knows them again. */
export interface TokenKeys {
  sign(claims: Claims): string
  /** The claims of a token, whose signature is checked; throws BadCredentials. When it runs out is for the caller to look at. */
  verify(token: string): Claims
  /** The public keys as a JSON Web Key Set. */
  jwks(): { keys: object[] }
  /** How they sign: ES256, RS256. */
  algorithms: readonly string[]
}

interface Key {
  id: string
  algorithm: 'ES256' | 'RS256'
  publicKey: KeyObject
}

const DIGEST = 'sha256'

/** So many verified tokens are remembered: a client sends the same one with each request. */
const REMEMBERED_MAX = 1000

/**
 * Keys from PEM: the first, a private one, signs; all verify, so that a key can be replaced. Without any, one is made that
 * lives as long as the process. This is done here rather than by a library because it must be done at once: a signature that
 * arrives later would let time pass in a cluster under test.
 */
export function tokenKeys(pems: readonly string[] = []): TokenKeys {
  const first = pems[0] === undefined ? madeKey() : createPrivateKey(pems[0])
  const keys = [createPublicKey(first), ...pems.slice(1).map((pem) => createPublicKey(pem))].map(keyOf)
  const signing = keys[0] as Key
  const remembered = new Map<string, Claims>()
  const checked = (token: string): Claims => {
    const known = remembered.get(token)
    if (known) return known
    const claims = verified(keys, token)
    const [oldest] = remembered.size < REMEMBERED_MAX ? [] : remembered.keys()
    if (oldest !== undefined) remembered.delete(oldest)
    remembered.set(token, claims)
    return claims
  }
  return {
    sign(claims) {
      const head = `${encode({ alg: signing.algorithm, kid: signing.id })}.${encode(claims)}`
      return `${head}.${sign(DIGEST, Buffer.from(head), options(first)).toString('base64url')}`
    },
    verify: checked,
    jwks: () => ({ keys: keys.map(publicJwk) }),
    algorithms: [...new Set(keys.map(({ algorithm }) => algorithm))].sort(),
  }
}

function madeKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

/** ECDSA signatures in tokens are the two numbers, one behind the other. */
function options(key: KeyObject) {
  return { key, dsaEncoding: 'ieee-p1363' } as const
}

/** The id is upstream's: the hash of the public key. */
function keyOf(publicKey: KeyObject): Key {
  const id = createHash(DIGEST)
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url')
  return { id, algorithm: publicKey.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256', publicKey }
}

function publicJwk({ id, algorithm, publicKey }: Key): object {
  return { use: 'sig', kid: id, alg: algorithm, ...publicKey.export({ format: 'jwk' }) }
}

function verified(keys: readonly Key[], token: string): Claims {
  const [head = '', payload = '', signature = ''] = token.split('.')
  const header = decode(head)
  const key = keys.find(({ id }) => id === header?.['kid'])
  if (!key) throw new BadCredentials('invalid signature, no keys found')
  const isGenuine =
    header?.['alg'] === key.algorithm &&
    verify(DIGEST, Buffer.from(`${head}.${payload}`), options(key.publicKey), Buffer.from(signature, 'base64url'))
  if (!isGenuine) throw new BadCredentials('invalid signature')
  return decode(payload) as Claims
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined // Not a token at all.
  }
}

/** Who a token says has made it, unchecked: whether it is worth a closer look. */
export function claimedIssuer(token: string): unknown {
  const parts = token.split('.')
  return parts.length === 3 ? decode(parts[1] as string)?.['iss'] : undefined
}
