import { RE2JS } from 're2js'
import type { CheckConstants } from './declarations.ts'
import { CelError, type Value } from './values.ts'

const CACHE_MAX = 1000
const cache = new Map<string, RE2JS | string>()

/** A compiled RE2 expression, which runs in time linear to the text; or what is wrong with it, in Go's words. */
export function compileRegex(pattern: string): RE2JS | string {
  const found = cache.get(pattern)
  if (found !== undefined) return found
  const made = tryCompile(pattern)
  if (cache.size >= CACHE_MAX) cache.clear()
  cache.set(pattern, made)
  return made
}

function tryCompile(pattern: string): RE2JS | string {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    // Whatever it throws is about the pattern.
    return error instanceof Error ? error.message : String(error)
  }
}

/** `text.matches(pattern)`: whether the pattern fits anywhere in the text. */
export function regexMatches(text: string, pattern: string): Value {
  const regex = compileRegex(pattern)
  return typeof regex === 'string' ? new CelError(regex) : regex.matcher(text).find()
}

/** All places where the pattern fits, up to `limit`; all of them when it is negative. */
export function findAll(regex: RE2JS, text: string, limit: number): string[] {
  const found: string[] = []
  const matcher = regex.matcher(text)
  const most = limit < 0 ? Number.POSITIVE_INFINITY : limit
  while (found.length < most && matcher.find()) found.push(matcher.group() ?? '')
  return found
}

/** Tells of a constant pattern that is wrong before the program runs. */
export const checkPattern: CheckConstants = ([, pattern]) => {
  const regex = typeof pattern === 'string' ? compileRegex(pattern) : undefined
  return typeof regex === 'string' ? regex : undefined
}
