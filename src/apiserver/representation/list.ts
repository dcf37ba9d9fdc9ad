import type { Kind } from '../../api/kind.ts'
import type { Answer, Call } from '../call.ts'
import type { Context, Served } from '../context.ts'
import { answerText } from './answer.ts'
import { negotiate } from './negotiate.ts'
import { partialText } from './partial.ts'
import { isNoHeaders, notConvertible } from './served.ts'
import { includeObject, tableText } from './table.ts'

export interface ListMetadata {
  resourceVersion: string
  continue?: string
  remainingItemCount?: number
}

/** Answers with a list: the objects' own JSON one behind the other, or turned into what the client accepts. */
export function answerList(
  { env }: Context,
  call: Call,
  kind: Kind,
  items: readonly Served[],
  listMetadata: ListMetadata,
): Answer {
  const media = negotiate(call)
  const { as, version } = media
  const metadata = JSON.stringify(listMetadata)
  switch (as) {
    case undefined:
      return answerText(
        call,
        200,
        listText(
          kind.listKind,
          kind.apiVersion,
          metadata,
          items.map(({ text }) => text),
        ),
        media,
      )
    case 'Table': {
      const options = { include: includeObject(call.query), version, now: env.clock.now() }
      return answerText(call, 200, tableText(kind, items, metadata, options, !isNoHeaders(call)), media)
    }
    case 'PartialObjectMetadataList': {
      const texts = items.map(({ object }) => partialText(object, version))
      return answerText(call, 200, listText(as, `meta.k8s.io/${version}`, metadata, texts), media)
    }
    case 'PartialObjectMetadata':
      throw notConvertible(`you requested PartialObjectMetadata, but the requested object is a list (${kind.listKind})`)
  }
}

function listText(kind: string, apiVersion: string, metadata: string, texts: readonly string[]): string {
  return `{"kind":"${kind}","apiVersion":"${apiVersion}","metadata":${metadata},"items":[${texts.join(',')}]}`
}
