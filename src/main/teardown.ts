import { existsSync } from 'node:fs'
import { criClient } from '../kubelet/cri/client.ts'
import type { Cri } from '../kubelet/cri/types.ts'
import { removeAllPods } from '../kubelet/remove-all.ts'
import { type Exec, hostExec } from '../os/exec.ts'
import { type Clock, sleep, systemClock } from '../std/clock.ts'
import { silentLog } from '../std/log.ts'
import { systemRandom } from '../std/random.ts'
import { untilAnswering } from './runtime-answers.ts'
import { cniPluginDir, mayLowerOomScore, startContainerd, stopContainerd } from './containerd.ts'
import { Failure } from './failure.ts'
import { cleanHost } from './host.ts'
import type { Layout } from './layout.ts'
import { livingProcess, signal } from './processes.ts'
import type { Settings } from './settings.ts'

/** How long containers get to end by themselves when the whole cluster stops, in seconds. */
const CONTAINER_GRACE_SECONDS = 3
/** How long Skiff itself may take to answer what is under way. */
const STOP_WAIT_MS = 15_000
const ANSWER_WAIT_MS = 10_000
const POLL_MS = 20

/** Ends the cluster's Skiff process, if one runs, and waits until it is gone. */
export async function stopSkiff(layout: Layout, clock: Clock): Promise<boolean> {
  const pid = livingProcess(layout.pidFile)
  if (!pid) return false
  signal(pid, 'SIGTERM')
  const deadline = clock.monotonic() + STOP_WAIT_MS
  while (livingProcess(layout.pidFile)) {
    if (clock.monotonic() > deadline) signal(pid, 'SIGKILL')
    await sleep(clock, POLL_MS)
  }
  return true
}

/** Ends the cluster's containers and containerd, and removes what they had on the host. The data stays. */
export async function tearDown(layout: Layout, settings: Settings | undefined, exec: Exec = hostExec): Promise<void> {
  const foreign = settings?.containerRuntimeEndpoint
  const own = existsSync(layout.containerd.state)
  // Shims outlive a containerd that died: only a living one can tell what they run.
  if (own && !foreign && !livingProcess(layout.containerd.pidFile))
    startContainerd({ layout, pluginDir: cniPluginDir() ?? '', restrictOomScore: !mayLowerOomScore() })
  if (own || foreign) await stopPods(foreign ?? layout.containerd.socket, layout.name)
  if (own) await stopContainerd(layout, systemClock)
  await cleanHost({ clock: systemClock, random: systemRandom, log: silentLog }, exec, layout)
}

async function stopPods(socket: string, cluster: string): Promise<void> {
  const cri = criClient(socket)
  try {
    await answering(cri, socket)
    await removeAllPods(cri, { clusterName: cluster }, CONTAINER_GRACE_SECONDS)
  } finally {
    cri.close()
  }
}

async function answering(cri: Cri, socket: string): Promise<void> {
  const patience = new AbortController()
  const timer = systemClock.after(ANSWER_WAIT_MS, () => patience.abort())
  try {
    await untilAnswering(cri, systemClock, patience.signal)
  } catch {
    throw new Failure(
      `the container runtime at ${socket} does not answer, so its containers cannot be stopped; look at its log, or stop it by hand`,
    )
  } finally {
    timer.cancel()
  }
}
