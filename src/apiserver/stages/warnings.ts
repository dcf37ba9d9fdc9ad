import type { Stage } from '../call.ts'

/** Warnings beyond this many characters in all are left out, as upstream does. */
const WARNINGS_MAX_CHARACTERS = 4 * 1024

/** What handlers warn of goes out in one Warning header each (RFC 7234, code 299); here joined by commas. */
export const warnings: Stage = (next) => async (call) => {
  const answer = await next(call)
  const lines = fitting([...new Set(call.warnings)]).map((text) => `299 - ${quoted(text)}`)
  return lines.length ? { ...answer, headers: { ...answer.headers, warning: lines.join(', ') } } : answer
}

function fitting(texts: string[]): string[] {
  let left = WARNINGS_MAX_CHARACTERS
  return texts.filter((text) => {
    left -= text.length
    return left >= 0
  })
}

/** A quoted string of HTTP: without control characters, quotes and backslashes escaped. */
function quoted(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not stand in a header.
  const printable = text.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/["\\]/g, '\\$&')
  // Headers are Latin-1; what lies beyond is sent as the bytes of UTF-8, which is how clients read it.
  return `"${Buffer.from(printable, 'utf8').toString('latin1')}"`
}
