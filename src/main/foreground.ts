import { rmSync } from 'node:fs'
import { type Cluster, startCluster } from './cluster.ts'
import type { Values } from './flags.ts'
import type { Layout } from './layout.ts'
import type { Report } from './progress.ts'
import { publishKubeconfig } from './publish-kubeconfig.ts'
import { serverUrl, type Settings, type upFlags } from './settings.ts'

/** Runs the cluster until it is told to stop: Ctrl-C takes the containers along, SIGTERM leaves them running. */
export async function runInForeground(
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
    // In the background, it must not keep a file system busy that it has nothing to do with.
    if (process.send) process.chdir('/')
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
  if (!all) return
  const { tearDown } = await import('./teardown.ts')
  await tearDown(layout, settings)
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
