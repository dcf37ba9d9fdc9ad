/** A container or a pod could not be started; `reason` is what its status shows while it waits. */
export class StartError extends Error {
  readonly reason: string
  /** When another try makes sense; the pod worker decides when absent. */
  readonly retryAtMs: number | undefined

  constructor(reason: string, message: string, { retryAtMs }: { retryAtMs?: number } = {}) {
    super(message)
    this.name = 'StartError'
    this.reason = reason
    this.retryAtMs = retryAtMs
  }
}
