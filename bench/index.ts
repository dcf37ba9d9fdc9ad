/** `npm run bench`: measures, prints one table, and writes it into the README. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, skipReason } from '../test/linux/harness.ts'
import { idleRows } from './idle.ts'
import { podRows } from './pod.ts'
import { startRows } from './start.ts'
import { storeRows } from './store.ts'
import { renderTable, type Row, withTable } from './table.ts'

/** In the table's order. One after the other: each wants the machine for itself. */
const MEASUREMENTS: readonly [name: string, measure: () => Promise<Row[]>][] = [
  ['starts', startRows],
  ['pods', podRows],
  ['idle', idleRows],
  ['store', () => storeRows()],
]

if (skipReason) throw new Error(`the bench ${skipReason}`)
const rows: Row[] = []
for (const [name, measure] of MEASUREMENTS) {
  console.error(`Measuring: ${name} …`)
  rows.push(...(await measure()))
}
const table = renderTable(rows)
console.log(table)
const file = join(ROOT, 'README.md')
const written = withTable(readFileSync(file, 'utf8'), table)
if (written) writeFileSync(file, written)
