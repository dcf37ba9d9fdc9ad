import { existsSync, rmSync } from 'node:fs'
import { systemClock } from '../std/clock.ts'
import type { Command } from './flags.ts'
import { layoutOf } from './layout.ts'
import { withdrawKubeconfig } from './publish-kubeconfig.ts'
import { requireRoot } from './privilege.ts'
import { readRecord } from './record.ts'
import { dataDirFlag, readSettings } from './settings.ts'
import { stopSkiff, tearDown } from './teardown.ts'

const flags = { 'data-dir': dataDirFlag }

export const reset: Command<typeof flags> = {
  name: 'reset',
  summary: 'stop the cluster and remove all that it left on this machine, its data included',
  flags,
  async run(given) {
    requireRoot('reset')
    const layout = layoutOf(given['data-dir'])
    const settings = readSettings(layout)
    if (!settings && !existsSync(layout.runDir)) return console.log(`There is no cluster in ${layout.dataDir}.`)
    await stopSkiff(layout, systemClock)
    await tearDown(layout, settings)
    for (const record of readRecord(layout).kubeconfigs) withdrawKubeconfig(record)
    if (settings) rmSync(layout.dataDir, { recursive: true, force: true })
    console.log(`Removed the cluster and ${layout.dataDir}.`)
  },
}
