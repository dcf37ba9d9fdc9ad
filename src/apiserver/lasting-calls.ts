import type { Answer, Call, Handler } from './call.ts'

/** Requests that last as long as the client, or the server, wants. */
export interface LastingCalls {
  run(call: Call, handler: Handler): Promise<Answer>
  /** Aborts the signals of all that are under way. */
  endAll(): void
}

/**
 * Gives each call a signal of its own. All that lasts stands in a set and leaves it when it ends: a signal that lives as long as the
 * server would hold whatever was ever combined with it.
 */
export function lastingCalls(): LastingCalls {
  const running = new Set<AbortController>()
  return {
    async run(call, handler) {
      const ending = new AbortController()
      const { signal } = call
      const release = () => {
        running.delete(ending)
        signal.removeEventListener('abort', abort)
      }
      const abort = () => {
        ending.abort()
        // A body that nobody has begun to read will not tell when it ends.
        release()
      }
      running.add(ending)
      signal.addEventListener('abort', abort, { once: true })
      if (signal.aborted) abort()
      const answer = await handler({ ...call, signal: ending.signal })
      const { body } = answer
      if (typeof body === 'string' || body instanceof Uint8Array) {
        release()
        return answer
      }
      return { ...answer, body: following(body, release) }
    },
    endAll() {
      for (const ending of running) ending.abort()
    },
  }
}

async function* following<T>(body: AsyncIterable<T>, release: () => void): AsyncGenerator<T, void> {
  try {
    yield* body
  } finally {
    release()
  }
}
