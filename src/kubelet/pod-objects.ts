import { isApiError } from '../api/errors.ts'
import type { Kind } from '../api/kind.ts'
import { ConfigMap } from '../api/kinds/core/config-map.ts'
import type { Pod } from '../api/kinds/core/pod.ts'
import { Secret } from '../api/kinds/core/secret.ts'
import { ServiceAccount } from '../api/kinds/core/service-account.ts'
import type { Service } from '../api/kinds/core/service.ts'
import type { KubeObject } from '../api/meta.ts'
import type { Api, Cache } from '../client/api.ts'
import type { Env } from '../std/env.ts'
import type { PodObjects } from './node-deps.ts'
import type { BoundToken } from './volumes/volume.ts'

/** Upstream renews a token at four fifths of its life, and when it is a day old. */
const RENEW_AT_SHARE = 0.8
const RENEW_AT_AGE_MS = 24 * 3600 * 1000

interface TokenResponse {
  status: { token: string; expirationTimestamp: string }
}

interface KeptToken extends BoundToken {
  renewAtMs: number
}

/** Reads what pods are made from, from the API server. */
export function podObjects(api: Api, env: Env, services: Cache<Service>): PodObjects {
  const tokens = new Map<string, KeptToken>()
  return {
    configMap: (namespace, name) => getOrMissing(api, ConfigMap, namespace, name),
    secret: (namespace, name) => getOrMissing(api, Secret, namespace, name),
    services: () => services.list(),
    async token(pod, audience, expirationSeconds) {
      const now = env.clock.now()
      const key = [pod.metadata.uid, audience ?? '', expirationSeconds].join(' ')
      for (const [each, { expiresAtMs }] of tokens) if (expiresAtMs <= now) tokens.delete(each)
      const kept = tokens.get(key)
      if (kept && kept.renewAtMs > now) return kept
      const fresh = await requestToken(api, pod, { audience, expirationSeconds, now })
      tokens.set(key, fresh)
      return fresh
    },
  }
}

async function getOrMissing<T extends KubeObject>(
  api: Api,
  kind: Kind<T>,
  namespace: string,
  name: string,
): Promise<T | undefined> {
  try {
    return await api(kind).get({ namespace, name })
  } catch (error) {
    if (isApiError(error, 'NotFound')) return undefined
    throw error
  }
}

async function requestToken(
  api: Api,
  { metadata: { name, uid, namespace = '' }, spec }: Pod,
  { audience, expirationSeconds, now }: { audience: string | undefined; expirationSeconds: number; now: number },
): Promise<KeptToken> {
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {
      audiences: audience ? [audience] : [],
      boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      expirationSeconds,
    },
  }
  const account = { namespace, name: spec.serviceAccountName || 'default' }
  const { status } = await api(ServiceAccount).post<TokenResponse>(account, 'token', request)
  const expiresAtMs = Date.parse(status.expirationTimestamp)
  const renewAtMs = now + Math.min((expiresAtMs - now) * RENEW_AT_SHARE, RENEW_AT_AGE_MS)
  return { token: status.token, expiresAtMs, renewAtMs }
}
