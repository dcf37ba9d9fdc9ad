import { ApiError } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import type { Answer, Call } from '../call.ts'
import type { Context, Served } from '../context.ts'
import { answerText } from './answer.ts'
import { type MediaType, negotiate } from './negotiate.ts'
import { partialText } from './partial.ts'
import { includeObject, tableText } from './table.ts'

/** Answers with an object: as it stands, or turned into what the client accepts. */
export function answerServed(context: Context, call: Call, kind: Kind, code: number, served: Served): Answer {
  const media = negotiate(call)
  return answerText(call, code, servedText(context, call, kind, served, media), media)
}

function servedText({ env }: Context, call: Call, kind: Kind, served: Served, { as, version }: MediaType): string {
  const { resourceVersion } = served.object.metadata
  switch (as) {
    case undefined:
      return served.text
    case 'PartialObjectMetadata':
      return partialText(served.object, version)
    case 'Table': {
      const options = { include: includeObject(call.query), version, now: env.clock.now() }
      return tableText(kind, [served], JSON.stringify({ resourceVersion }), options, !isNoHeaders(call))
    }
    case 'PartialObjectMetadataList':
      throw notConvertible(
        `you requested PartialObjectMetadataList, but the requested object is not a list (${kind.kind})`,
      )
  }
}

/** Whether the client wants a table's rows only. */
export function isNoHeaders({ query }: Call): boolean {
  return query.get('noHeaders') === 'true'
}

/** The object cannot be turned into what the client accepts. */
export function notConvertible(message: string): ApiError {
  return new ApiError(406, 'NotAcceptable', message)
}
