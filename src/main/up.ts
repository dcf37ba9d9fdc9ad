import { rmSync } from 'node:fs'
import { type Cluster, startCluster } from './cluster.ts'
import { checkHost } from './check-host.ts'
import { detach } from './detach.ts'
import type { Command, Values } from './flags.ts'
import { publishKubeconfig } from './publish-kubeconfig.ts'
import { type Layout, layoutOf } from './layout.ts'
import { livingProcess } from './processes.ts'
import { requireRoot } from './privilege.ts'
import { readRegistries } from './registries-file.ts'
import { serverUrl } from './status.ts'
import { claimDataDir, readSettings, type Settings, settle, upFlags, writeSettings } from './settings.ts'
import { progress, type Report } from './progress.ts'
import { tearDown } from './teardown.ts'

export const up: Command<typeof upFlags> = {
  name: 'up',
  summary: 'start a cluster on this machine, and bring what it needs',
  flags: upFlags,
  async run(given) {
    requireRoot('up')
    const layout = layoutOf(given['data-dir'])
    const saved = readSettings(layout)
    const pid = livingProcess(layout.pidFile)
    if (saved && pid)
      return console.log(`Skiff already runs in ${layout.dataDir} (process ${pid}, ${serverUrl(saved)}).`)
    const settings = settle(given, saved ?? {})
    const report = progress()
    readRegistries(settings.registries)
    await checkHost(settings, report)
    claimDataDir(layout)
    writeSettings(layout, settings)
    if (given.detach && !process.send) return detach(layout)
    await runInForeground(layout, settings, given, report)
  },
}

/** Runs the cluster until it is told to stop: Ctrl-C takes the containers along, SIGTERM leaves them running. */
async function runInForeground(
  layout: Layout,
  settings: Settings,
  given: Values<typeof upFlags>,
  report: Report,
): Promise<void> {
  const stopping = stopRequest()
  let cluster: Cluster | undefined
  try {
    cluster = await startCluster(layout, settings, report, stopping.signal)
    const context = publishKubeconfig(layout, cluster.access, given)
    report.ready(welcome(layout, settings, context))
    await stopping.asked
  } catch (error) {
    if (!stopping.signal.aborted) {
      await cluster?.stop()
      rmSync(layout.pidFile, { force: true })
      throw error
    }
  }
  const all = (await stopping.asked) === 'SIGINT'
  report.note(all ? 'Stopping the cluster and its containers …' : 'Stopping; the containers go on.')
  await cluster?.stop()
  rmSync(layout.pidFile, { force: true })
  if (all) await tearDown(layout, settings)
}

/** The first signal that asks this process to stop. A second Ctrl-C ends it at once. */
function stopRequest(): { signal: AbortSignal; asked: Promise<NodeJS.Signals> } {
  const controller = new AbortController()
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    const on = (name: NodeJS.Signals) => {
      process.once(name, () => {
        controller.abort(new Error(`stopped by ${name}`))
        resolve(name)
      })
    }
    on('SIGINT')
    on('SIGTERM')
  })
  return { signal: controller.signal, asked }
}

function welcome(layout: Layout, settings: Settings, context: string | undefined): string {
  const kubectl = context ? 'kubectl' : `kubectl --kubeconfig ${layout.adminKubeconfig}`
  const stop = process.send
    ? `skiff down${layout.dataDir === '/var/lib/skiff' ? '' : ` --data-dir ${layout.dataDir}`} stops it.`
    : 'Ctrl-C stops it.'
  return [
    '',
    `The cluster is ready at ${serverUrl(settings)}. ${stop}`,
    `kubeconfig: ${layout.adminKubeconfig}${context ? ` (and as context ${context} in your own)` : ''}`,
    '',
    'Try:',
    `  ${kubectl} get nodes`,
    `  ${kubectl} create deployment web --image=nginx`,
  ].join('\n')
}
