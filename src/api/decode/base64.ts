import type { Unreadable } from './unreadable.ts'

/** Base64 as the API server writes it back: without line breaks. Go's message names the byte that is wrong. */
export function canonicalBase64(text: string): string | Unreadable {
  const clean = text.replace(/[\r\n]/g, '')
  if (isBase64(clean)) return clean
  return { error: `illegal base64 data at input byte ${offsetOfFault(text)}` }
}

/** Whether it is base64 with its padding, and nothing else. */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
}

/** Where Go's decoder stops: at a wrong character, or, when the text ends too early, at its last incomplete group. */
function offsetOfFault(text: string): number {
  let digits = 0
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? ''
    if (char === '\r' || char === '\n') continue
    if (/[A-Za-z0-9+/]/.test(char)) {
      digits++
      continue
    }
    if (char !== '=' || digits % 4 < 2) return i
    return offsetOfPaddingFault(text, i, digits % 4)
  }
  return text.length - (digits % 4)
}

/** `start` is the first `=`, after two or three digits of its group. */
function offsetOfPaddingFault(text: string, start: number, digitsInGroup: number): number {
  const breaks = (from: number) => from + (/^[\r\n]*/.exec(text.slice(from))?.[0].length ?? 0)
  let at = breaks(start + 1)
  if (digitsInGroup === 2) {
    if (at === text.length) return text.length
    if (text[at] !== '=') return at - 1
    at = breaks(at + 1)
  }
  return at
}
