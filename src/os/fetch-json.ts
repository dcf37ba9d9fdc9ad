import { httpsClient } from './https.ts'

/** Reads a JSON document over HTTPS; `ca` (PEM) instead of the machine's authorities. Rejects unless the answer is a 200. */
export type FetchJson = (url: string, ca?: string) => Promise<unknown>

const TIMEOUT_MS = 10_000
const BODY_MAX_BYTES = 1024 * 1024

export const hostFetchJson: FetchJson = async (url, ca) => {
  const { origin, pathname, search } = new URL(url)
  const send = httpsClient({ server: origin, ...(ca && { ca }) })
  const headers = { accept: 'application/json' }
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const { status, body } = await send({ method: 'GET', url: pathname + search, headers, signal })
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > BODY_MAX_BYTES) throw new Error(`${url}: the answer is larger than ${BODY_MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  if (status !== 200) throw new Error(`${url}: ${status}`)
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}
