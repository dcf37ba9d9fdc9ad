import { RE2JS } from 're2js'

/** Compiled patterns, by their text; `undefined`: the text is no pattern. */
const compiled = new Map<string, RE2JS | Error>()
const COMPILED_MAX = 1000

function compile(pattern: string): RE2JS | Error {
  const known = compiled.get(pattern)
  if (known) return known
  if (compiled.size >= COMPILED_MAX) compiled.clear()
  const made = tryCompile(pattern)
  compiled.set(pattern, made)
  return made
}

function tryCompile(pattern: string): RE2JS | Error {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** Why the text is no regular expression (RE2, as in Go), in Go's words. */
export function patternError(pattern: string): string | undefined {
  const made = compile(pattern)
  return made instanceof Error ? made.message : undefined
}

/** Whether the pattern matches anywhere in the text, in time linear in its length; a text that is no pattern matches nothing. */
export function patternMatches(pattern: string, text: string): boolean {
  const made = compile(pattern)
  return !(made instanceof Error) && made.matcher(text).find()
}
