import type { Cri } from '../kubelet/cri/types.ts'
import { type Clock, sleep } from '../std/clock.ts'

const LOOK_MS = 20

/** Resolves when the runtime answers; a containerd that has just been started needs a moment. Rejects when the signal is aborted. */
export async function untilAnswering(cri: Cri, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    const answers = await cri.version().then(
      () => true,
      () => false,
    )
    if (answers) return
    await sleep(clock, LOOK_MS, signal)
  }
}
