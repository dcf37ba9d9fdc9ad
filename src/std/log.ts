export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Structured: a fixed message, and what varies as fields. Never put a secret into either. */
export interface Log {
  debug(message: string, fields?: object): void
  info(message: string, fields?: object): void
  warn(message: string, fields?: object): void
  error(message: string, fields?: object): void
  /** The same log, with `fields` on every line. */
  with(fields: object): Log
}

/** A log that hands each line to `write`. */
export function logTo(write: (level: LogLevel, message: string, fields: object) => void, bound: object = {}): Log {
  const at = (level: LogLevel) => (message: string, fields?: object) => write(level, message, { ...bound, ...fields })
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (fields) => logTo(write, { ...bound, ...fields }),
  }
}

export const silentLog: Log = logTo(() => {})
