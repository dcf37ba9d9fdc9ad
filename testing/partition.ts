import type { ApiResponse } from '../src/api/exchange.ts'
import type { Transport } from '../src/client/api.ts'

/** A way to the API server that can be cut and mended. */
export interface Link {
  transport: Transport
  /** Requests fail from now on, those under way too; watches break off. */
  unplug(): void
  plug(): void
  /** Breaks off what is under way, and goes on. */
  hiccup(): void
}

const unreachable = () => new Error('connect ENETUNREACH: the network is unreachable')
const reset = () => new Error('read ECONNRESET: the connection was reset')

/** Puts a cable that can be pulled between a client and its API server. */
export function link(transport: Transport): Link {
  let cut = new AbortController()
  let plugged = true
  const hiccup = () => {
    const before = cut
    cut = new AbortController()
    before.abort()
  }
  return {
    async transport(request) {
      if (!plugged) throw unreachable()
      const { signal: cutOff } = cut
      const signal = request.signal ? AbortSignal.any([request.signal, cutOff]) : cutOff
      const response = await transport({ ...request, signal })
      // The server may have done what was asked: the client cannot know.
      if (cutOff.aborted) throw reset()
      return withBody(response, cutOff)
    },
    unplug() {
      plugged = false
      hiccup()
    },
    plug() {
      plugged = true
    },
    hiccup,
  }
}

function withBody(response: ApiResponse, cutOff: AbortSignal): ApiResponse {
  const { body } = response
  if (typeof body === 'string' || body instanceof Uint8Array) return response
  return { ...response, body: untilCut(body, cutOff) }
}

async function* untilCut(body: AsyncIterable<string | Uint8Array>, cutOff: AbortSignal) {
  for await (const chunk of body) {
    if (cutOff.aborted) break
    yield chunk
  }
  if (cutOff.aborted) throw reset()
}
