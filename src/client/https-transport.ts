import { httpsClient, type HttpsTarget } from '../os/https.ts'
import type { Transport } from './api.ts'

/** Where the API server is and who we are to it: a client certificate, or a bearer token. */
export interface HttpsTransportOptions extends HttpsTarget {
  token?: string
}

/** Requests over TLS, on connections that are kept. Retries nothing. */
export function httpsTransport({ token, ...target }: HttpsTransportOptions): Transport {
  const send = httpsClient(target)
  const bearer = token ? { authorization: `Bearer ${token}` } : undefined
  return ({ headers, ...request }) => send({ ...request, headers: { ...headers, ...bearer } })
}
