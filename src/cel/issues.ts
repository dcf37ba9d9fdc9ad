/** Something wrong with an expression, before it is evaluated. */
export interface Issue {
  /** In cel-go's words, without the position. */
  message: string
  /** The index in the source; -1 when it concerns the whole. */
  offset: number
}

const ISSUES_MAX = 100

/** Line from 1 and column from 0, counted in code points. */
function locate(source: string, offset: number): { line: number; column: number } {
  if (offset < 0) return { line: -1, column: -1 }
  const before = source.slice(0, offset).split('\n')
  return { line: before.length, column: [...(before.at(-1) ?? '')].length }
}

const isWide = (character: string | undefined) => (character?.codePointAt(0) ?? 0) > 0x7f

function renderIssue(source: string, { message, offset }: Issue): string {
  const { line, column } = locate(source, offset)
  const head = `ERROR: <input>:${line}:${column + 1}: ${message}`
  const text = source.split('\n')[line - 1]
  if (text === undefined) return head
  const characters = [...text.replaceAll('\t', ' ')]
  const dots = characters.slice(0, column).map((character) => (isWide(character) ? '．' : '.'))
  return `${head}\n | ${characters.join('')}\n | ${dots.join('')}${isWide(characters[column]) ? '＾' : '^'}`
}

/** All issues as cel-go prints them, in the order of the source. */
export function renderIssues(source: string, issues: readonly Issue[]): string {
  const sorted = issues.slice(0, ISSUES_MAX).sort((a, b) => a.offset - b.offset)
  const lines = sorted.map((issue) => renderIssue(source, issue))
  if (issues.length > ISSUES_MAX) lines.push(`${issues.length - ISSUES_MAX} more errors were truncated`)
  return lines.join('\n')
}
