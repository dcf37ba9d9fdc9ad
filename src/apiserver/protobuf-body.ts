import { badRequest } from '../api/errors.ts'
import { decodeMessage, openEnvelope } from '../api/protobuf/decode.ts'
import { type Messages, messageName, messagesOf } from '../api/protobuf/messages.ts'
import { WireError } from '../api/protobuf/wire.ts'

/** How typed clients written in Go send their objects unless told otherwise. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf'

let messages: Promise<Messages> | undefined

/** The table is only read when the first such body comes. */
function loadMessages(): Promise<Messages> {
  messages ??= import('../../data/protobuf-fields-1.36.json', { with: { type: 'json' } }).then(({ default: table }) =>
    messagesOf(table),
  )
  return messages
}

/** A protobuf body as the JSON text that says the same. 400 when it cannot be read. */
export async function jsonFromProtobuf(body: Uint8Array, target: { kind: string; type: string }): Promise<string> {
  const known = await loadMessages()
  try {
    const { apiVersion, kind, raw } = openEnvelope(body)
    // Of another kind, its names are all that is needed to refuse it.
    const object = kind === target.kind || kind === '' ? decodeMessage(known, messageName(target.type), raw) : {}
    return JSON.stringify({ ...(kind && { kind }), ...(apiVersion && { apiVersion }), ...object })
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    throw badRequest(`the object provided is unrecognized (must be of type ${target.kind}): ${error.message}`)
  }
}
