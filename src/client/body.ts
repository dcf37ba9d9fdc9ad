import type { ApiResponse } from '../api/exchange.ts'

/** The whole body of an answer, as text. */
export async function textOf(body: ApiResponse['body']): Promise<string> {
  if (typeof body === 'string') return body
  const decoder = new TextDecoder()
  if (body instanceof Uint8Array) return decoder.decode(body)
  let text = ''
  for await (const chunk of body) text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
  return text + decoder.decode()
}

/** The lines of a body as they arrive, however it was cut into chunks. */
export async function* linesOf(body: ApiResponse['body']): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunksOf(body)) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line) yield line
  }
  if (rest) yield rest
}

function chunksOf(body: ApiResponse['body']): AsyncIterable<string | Uint8Array> | (string | Uint8Array)[] {
  return typeof body === 'string' || body instanceof Uint8Array ? [body] : body
}
