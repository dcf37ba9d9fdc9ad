import { badRequest } from '../../api/errors.ts'

/** Where a list in pages goes on. */
export interface Continuation {
  /** The revision that the first page showed; -1: whatever is newest. */
  revision: number
  /** The last key that was handed out, without the prefix of the list. */
  after: string
}

const VERSION = 'meta.k8s.io/v1'

/** The token of a page's end: upstream's form, where the next key is the last one and a zero byte. */
export function continueToken({ revision, after }: Continuation): string {
  return Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start: `${after}\0` })).toString('base64url')
}

/** The reverse of `continueToken`; 400 for what is none. */
export function parseContinueToken(token: string): Continuation {
  const { v, rv, start } = parse(token)
  if (v !== VERSION) {
    throw badRequest('continue key is not valid: server does not recognize this encoded version')
  }
  if (typeof rv !== 'number' || rv === 0) {
    throw badRequest('continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)')
  }
  if (typeof start !== 'string' || start === '') {
    throw badRequest('continue key is not valid: encoded start key empty (version meta.k8s.io/v1)')
  }
  return { revision: rv, after: start.replace(/\0$/, '') }
}

function parse(token: string): { v?: unknown; rv?: unknown; start?: unknown } {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    if (typeof parsed === 'object' && parsed !== null) return parsed
  } catch {
    // Told below, as everything that is no token.
  }
  throw badRequest('continue key is not valid')
}
