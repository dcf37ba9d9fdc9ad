import { joinPath, pathOf } from './report.ts'

/** What a client is told of an object that is taken all the same; paths are relative to where this stands (`at`). */
export interface Warnings {
  /** `<path>: <text>`. */
  add(path: string, text: string): void
  /** The text alone, when it names the field itself or is about none. */
  say(text: string): void
  /** The same warnings, standing deeper, as with a Report. */
  at(...path: (string | number)[]): Warnings
  /** Where this stands. */
  readonly path: string
  readonly texts: readonly string[]
}

export function warnings(base = '', texts: string[] = []): Warnings {
  return {
    path: base,
    texts,
    add: (path, text) => texts.push(`${joinPath(base, path)}: ${text}`),
    say: (text) => texts.push(text),
    at: (...path) => warnings(joinPath(base, pathOf(path)), texts),
  }
}
