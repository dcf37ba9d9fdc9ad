/** One measurement beside what it is held against, both in the same unit. */
export interface Row {
  what: string
  measured: number
  /** What the machine allows, measured in the same run, or what is aimed at. */
  against: number
  /** What `against` is. */
  meaning: string
  unit: string
}

const HEAD = ['', 'Skiff', 'against', '', 'ratio']

/** A Markdown table. */
export function renderTable(rows: readonly Row[]): string {
  const cells = rows.map(({ what, measured, against, meaning, unit }) => [
    what,
    `${round(measured)} ${unit}`,
    `${round(against)} ${unit}`,
    meaning,
    (measured / against).toFixed(2),
  ])
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`
  return [line(HEAD), line(['---', '--:', '--:', '---', '--:']), ...cells.map(line)].join('\n')
}

/** Three digits that count. */
function round(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}

/** The middle one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2
}

const BEGIN = '<!-- bench -->'
const END = '<!-- /bench -->'

/** Puts `table` between the markers of a text; `undefined` when it has none. */
export function withTable(text: string, table: string): string | undefined {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  return from < 0 || to < from ? undefined : `${text.slice(0, from + BEGIN.length)}\n${table}\n${text.slice(to)}`
}
