import { readdirSync, readFileSync } from 'node:fs'
import { layoutOf } from '../src/main/layout.ts'
import { livingProcess } from '../src/main/processes.ts'
import { sleep, systemClock } from '../src/std/clock.ts'
import { linuxCluster } from '../test/linux/harness.ts'
import { renderTable, type Row } from './table.ts'

// What a cluster without pods costs: Skiff's one process (server and agent) and its containerd.

/** A start leaves garbage, which V8 clears away after a minute or two of calm. */
const REST_MS = 120_000
const WATCH_MS = 30_000
const MEMORY_AIM_MB = 200
const CPU_AIM_PERCENT = 1
/** Of the times in /proc: USER_HZ, which is the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** A process and all that it has started. */
function withChildren(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
  return [pid, ...children.flatMap(withChildren)]
}

/** A field of /proc/PID/smaps_rollup, in MB. */
function memoryMb(pid: number, field: 'Rss' | 'Pss'): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return (Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) * 1024) / 1e6
}

/** Processor time that the process has used so far. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)

/** The rows of this measurement. */
export async function idleRows(): Promise<Row[]> {
  await using cluster = await linuxCluster()
  const { pidFile, containerd } = layoutOf(cluster.dataDir)
  await sleep(systemClock, REST_MS)
  const pids = [
    ...new Set([pidFile, containerd.pidFile].flatMap((file) => withChildren(livingProcess(file) as number))),
  ]
  const before = sum(pids.map(cpuSeconds))
  await sleep(systemClock, WATCH_MS)
  const percent = ((sum(pids.map(cpuSeconds)) - before) * 100_000) / WATCH_MS
  const total = (field: 'Rss' | 'Pss') => sum(pids.map((pid) => memoryMb(pid, field)))
  const memory = { against: MEMORY_AIM_MB, meaning: 'the aim', unit: 'MB' }
  return [
    { what: 'memory of the idle cluster, containerd included: RSS', measured: total('Rss'), ...memory },
    { what: 'the same, pages shared with other programs counted in part: PSS', measured: total('Pss'), ...memory },
    {
      what: 'processor use of the idle cluster',
      measured: percent,
      against: CPU_AIM_PERCENT,
      meaning: 'the aim',
      unit: '% of a core',
    },
  ]
}

if (import.meta.main) console.log(renderTable(await idleRows()))
