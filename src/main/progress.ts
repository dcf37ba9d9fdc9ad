import { systemClock } from '../std/clock.ts'
import { Failure } from './failure.ts'
import { type StepEvent, type Steps, terminalSteps } from './steps.ts'

/** What a start tells the one who waits for it. */
export interface Report {
  /** Does `work` under a line that says what is being done and then how long it took. */
  step<T>(text: string, work: () => Promise<T>): Promise<T>
  /** The cluster can be used; `text` is what to say to the person. */
  ready(text: string): void
  note(text: string): void
}

/** What a detached start sends to the `skiff up` that waits for it. */
export type Message = { step: StepEvent } | { ready: string } | { note: string } | { failed: string; exitCode: number }

/** Tells a terminal, or the process that started this one in the background. */
export function progress(): Report {
  // The one who waits hangs up as soon as the cluster is ready.
  if (process.send) return reportTo((message) => process.connected && process.send?.(message))
  return reportTo(printer())
}

/** Prints messages as they come. */
export function printer(): (message: Message) => void {
  const steps: Steps = terminalSteps(process.stderr, (ms, run) => {
    const again = () => {
      run()
      timer = systemClock.after(ms, again)
    }
    let timer = systemClock.after(ms, again)
    return () => timer.cancel()
  })
  return (message) => {
    if ('step' in message) steps.show(message.step)
    else if ('ready' in message) console.log(message.ready)
    else if ('note' in message) console.log(message.note)
  }
}

function reportTo(send: (message: Message) => unknown): Report {
  return {
    async step(text, work) {
      const began = systemClock.monotonic()
      const show = (state: StepEvent['state'], ms?: number) =>
        send({ step: { text, state, ...(ms !== undefined && { ms }) } })
      show('doing')
      try {
        const result = await work()
        show('done', systemClock.monotonic() - began)
        return result
      } catch (error) {
        show('failed')
        throw error
      }
    },
    ready: (text) => send({ ready: text }),
    note: (text) => send({ note: text }),
  }
}

/** Tells the waiting `skiff up` why the start has failed, if there is one; resolves when it has been told. */
export async function reportFailure(error: unknown): Promise<void> {
  if (!process.connected) return
  const failed = error instanceof Error ? error.message : String(error)
  const message: Message = { failed, exitCode: error instanceof Failure ? error.exitCode : 70 }
  await new Promise((resolve) => process.send?.(message, resolve))
}
