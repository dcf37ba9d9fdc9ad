/** Something a person can mend: printed as one line, `skiff: message`, and the exit code says it failed. */
export class Failure extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode = 1) {
    super(message)
    this.name = 'Failure'
    this.exitCode = exitCode
  }
}

/** A command line that cannot be read. */
export const usage = (message: string) => new Failure(message, 2)

/** Node's error code (`ENOENT`, `EACCES` …), or '' for any other error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** The error's own words, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
