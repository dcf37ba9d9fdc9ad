/** Lines of context around a change. */
const CONTEXT = 3

interface Line {
  mark: ' ' | '-' | '+'
  text: string
}

/** What differs between two JSON values, as a unified diff of their indented text. */
export function unifiedDiff(before: unknown, after: unknown): string {
  const lines = diffLines(toLines(before), toLines(after))
  return hunksOf(lines).join('')
}

function toLines(value: unknown): string[] {
  return (JSON.stringify(value, null, 1) ?? 'null').split('\n')
}

/** Marks every line as kept, removed or added, by the longest common subsequence. */
function diffLines(a: readonly string[], b: readonly string[]): Line[] {
  const longest = commonLengths(a, b)
  const lines: Line[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ mark: ' ', text: a[i++] ?? '' })
      j++
    } else if (j >= b.length || (i < a.length && lengthAt(longest, i + 1, j) >= lengthAt(longest, i, j + 1))) {
      lines.push({ mark: '-', text: a[i++] ?? '' })
    } else {
      lines.push({ mark: '+', text: b[j++] ?? '' })
    }
  }
  return lines
}

type Lengths = readonly Uint32Array[]

const lengthAt = (lengths: Lengths, i: number, j: number) => lengths[i]?.[j] ?? 0

/** `[i][j]`: how many lines `a` from `i` on and `b` from `j` on have in common, in order. */
function commonLengths(a: readonly string[], b: readonly string[]): Lengths {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    const row = lengths[i] as Uint32Array
    for (let j = b.length - 1; j >= 0; j--) {
      const same = a[i] === b[j]
      row[j] = same ? lengthAt(lengths, i + 1, j + 1) + 1 : Math.max(lengthAt(lengths, i + 1, j), row[j + 1] ?? 0)
    }
  }
  return lengths
}

/** The changes with their context; those that are close together share a hunk. */
function hunksOf(lines: readonly Line[]): string[] {
  const changed = lines.flatMap(({ mark }, i) => (mark === ' ' ? [] : i))
  const spans: { start: number; end: number }[] = []
  for (const i of changed) {
    const last = spans.at(-1)
    if (last && i - CONTEXT <= last.end) last.end = i + CONTEXT + 1
    else spans.push({ start: Math.max(0, i - CONTEXT), end: i + CONTEXT + 1 })
  }
  return spans.map(({ start, end }) => hunk(lines, start, Math.min(end, lines.length)))
}

function hunk(lines: readonly Line[], start: number, end: number): string {
  const range = (other: '-' | '+') => {
    const count = (part: readonly Line[]) => part.filter(({ mark }) => mark !== other).length
    const length = count(lines.slice(start, end))
    const first = count(lines.slice(0, start)) + (length ? 1 : 0)
    return length === 1 ? `${first}` : `${first},${length}`
  }
  const body = lines.slice(start, end).map(({ mark, text }) => `${mark}${text}\n`)
  return `@@ -${range('+')} +${range('-')} @@\n${body.join('')}`
}
