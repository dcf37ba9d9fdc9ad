import { readFileSync, writeFileSync } from 'node:fs'
import { codeOf } from './failure.ts'

/** A process that cannot be mistaken for a later one that got the same number. */
export interface ProcessId {
  pid: number
  /** Clock ticks after boot at which it started (`/proc/PID/stat`, field 22). */
  startedAt: string
}

/** When a living process started, in ticks after boot; `undefined` when there is none (zombies count as none). */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return undefined
    throw error
  }
}

export function writePidFile(file: string, pid: number): void {
  const startedAt = startOf(pid)
  if (startedAt) writeFileSync(file, JSON.stringify({ pid, startedAt } satisfies ProcessId))
}

/** The process that a pid file names, if it still lives. */
export function livingProcess(file: string): number | undefined {
  try {
    const { pid, startedAt } = JSON.parse(readFileSync(file, 'utf8')) as ProcessId
    return startOf(pid) === startedAt ? pid : undefined
  } catch (error) {
    // A file that was cut off by a crash names nobody.
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Sends a signal; false when the process is gone already. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name)
    return true
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
    throw error
  }
}
