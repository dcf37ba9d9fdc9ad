import type { Status } from '../../api/errors.ts'
import { printYaml } from '../../api/print-yaml.ts'
import type { Answer, Call } from '../call.ts'
import { type MediaType, negotiate } from './negotiate.ts'

/** Answers with a Status: an error, or that a deletion succeeded. */
export function answerStatus(call: Call, status: Status): Answer {
  const seconds = status.details?.retryAfterSeconds
  const { code, headers, body } = answerJson(tolerant(call), status.code, JSON.stringify(status))
  return { status: code, headers: { ...headers, ...(seconds && { 'retry-after': String(seconds) }) }, body }
}

/** Answers with JSON text in the format that the client accepts. */
export function answerText(call: Call, code: number, json: string, media = negotiate(call)): Answer {
  const { headers, body } = answerJson(media, code, json)
  return { status: code, headers, body }
}

/** Answers with an object that is nobody's stored text. */
export function answerObject(call: Call, code: number, object: object): Answer {
  return answerText(call, code, JSON.stringify(object))
}

function answerJson(media: MediaType, code: number, json: string) {
  if (media.format === 'yaml') {
    const body = printYaml(JSON.parse(json))
    return { code, headers: { 'content-type': 'application/yaml' }, body }
  }
  const body = media.pretty ? JSON.stringify(JSON.parse(json), null, 2) : json
  return { code, headers: { 'content-type': 'application/json' }, body: `${body}\n` }
}

/** An error reaches also those who accept nothing that the server writes. */
function tolerant(call: Call): MediaType {
  try {
    return negotiate(call)
  } catch {
    return { format: 'json', version: 'v1', pretty: false }
  }
}
