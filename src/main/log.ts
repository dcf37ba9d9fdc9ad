import { mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { pino } from 'pino'
import { type Log, logTo } from '../std/log.ts'

/** A log that is longer than this at a start is put aside, in the place of the one before it. */
const LOG_MAX_BYTES = 20_000_000

/** Puts a long log aside as `FILE.1`. */
export function rotate(file: string): void {
  mkdirSync(dirname(file), { recursive: true })
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_MAX_BYTES) renameSync(file, `${file}.1`)
}

/** Writes JSON lines to a file; what is worth a warning is shown on `alsoTo` too. */
export function fileLog(file: string, alsoTo?: (line: string) => void): Log {
  const logger = pino(
    { base: undefined, level: 'info', timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: file, sync: true, mkdir: true }),
  )
  return logTo((level, message, fields) => {
    logger[level](fields, message)
    if (alsoTo && (level === 'warn' || level === 'error')) alsoTo(`${level}: ${message}${details(fields)}\n`)
  })
}

function details(fields: object): string {
  const pairs = Object.entries(fields).map(
    ([name, value]) => `${name}=${value instanceof Error ? value.message : JSON.stringify(value)}`,
  )
  return pairs.length ? ` ${pairs.join(' ')}` : ''
}
