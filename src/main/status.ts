import { createApi } from '../client/client.ts'
import { httpsTransport } from '../client/https-transport.ts'
import { Node } from '../api/kinds/core/node.ts'
import { Pod } from '../api/kinds/core/pod.ts'
import { Failure, messageOf } from './failure.ts'
import type { Command } from './flags.ts'
import { type Layout, layoutOf } from './layout.ts'
import { readIfThere } from './kubeconfig.ts'
import { livingProcess } from './processes.ts'
import { dataDirFlag, readSettings, serverUrl, type Settings } from './settings.ts'
import { join } from 'node:path'
import { systemClock } from '../std/clock.ts'

const flags = { 'data-dir': dataDirFlag }
const ANSWER_MS = 5000

/** A row of what `skiff status` prints. */
type Row = readonly [what: string, state: string]

export const status: Command<typeof flags> = {
  name: 'status',
  summary: 'say what runs, where, and how it is',
  flags,
  async run(given) {
    const layout = layoutOf(given['data-dir'])
    const settings = readSettings(layout)
    if (!settings) throw new Failure(`there is no cluster in ${layout.dataDir}; skiff up makes one`)
    const { rows, healthy } = await describe(layout, settings)
    const width = Math.max(...rows.map(([what]) => what.length)) + 2
    for (const [what, state] of rows) console.log(what.padEnd(width) + state)
    if (!healthy) process.exitCode = 1
  },
}

async function describe(layout: Layout, settings: Settings): Promise<{ rows: Row[]; healthy: boolean }> {
  const pid = livingProcess(layout.pidFile)
  const runtime = livingProcess(layout.containerd.pidFile)
  const server = serverUrl(settings)
  const rows: Row[] = [
    [
      'skiff',
      pid
        ? `running (process ${pid})`
        : `not running; start it with skiff up${layout.dataDir === '/var/lib/skiff' ? '' : ` --data-dir ${layout.dataDir}`}`,
    ],
    [
      'runtime',
      settings.containerRuntimeEndpoint ??
        (runtime ? `containerd, running (process ${runtime})` : 'containerd, not running'),
    ],
    ['data', layout.dataDir],
    ['kubeconfig', layout.adminKubeconfig],
    ['log', layout.log],
  ]
  if (!pid) return { rows, healthy: false }
  try {
    return { rows: [...rows, ...(await cluster(layout, server))], healthy: true }
  } catch (error) {
    return { rows: [...rows, ['API server', `${server} does not answer: ${messageOf(error)}`]], healthy: false }
  }
}

async function cluster(layout: Layout, server: string): Promise<Row[]> {
  const pem = (name: string) => readIfThere(join(layout.pkiDir, name)) ?? ''
  const transport = httpsTransport({ server, ca: pem('ca.crt'), cert: pem('admin.crt'), key: pem('admin.key') })
  const giveUp = new AbortController()
  const timer = systemClock.after(ANSWER_MS, () => giveUp.abort(new Error(`no answer within ${ANSWER_MS / 1000} s`)))
  try {
    const api = createApi((request) => transport({ ...request, signal: giveUp.signal }))
    const [nodes, pods] = await Promise.all([api(Node).list(), api(Pod).list()])
    const phases = Map.groupBy(pods.items, (pod) => pod.status.phase ?? 'Unknown')
    return [
      ['API server', `${server}, ready`],
      ...nodes.items.map((node): Row => [`node ${node.metadata.name}`, readiness(node)]),
      ['pods', [...phases].map(([phase, some]) => `${some.length} ${phase}`).join(', ') || 'none'],
    ]
  } finally {
    timer.cancel()
  }
}

function readiness(node: Node): string {
  const ready = node.status.conditions?.find(({ type }) => type === 'Ready')
  return ready?.status === 'True' ? 'Ready' : `NotReady${ready?.message ? `: ${ready.message}` : ''}`
}
