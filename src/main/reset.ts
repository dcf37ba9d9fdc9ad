import { existsSync, rmSync } from 'node:fs'
import { systemClock } from '../std/clock.ts'
import type { Command } from './flags.ts'
import { editKubeconfig, readIfThere, unmergeKubeconfig } from './kubeconfig.ts'
import { layoutOf } from './layout.ts'
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
    const { kubeconfigs } = readRecord(layout)
    for (const { file, context, written } of kubeconfigs) {
      if (written) rmSync(file, { force: true })
      else if (readIfThere(file) !== undefined) editKubeconfig(file, (text) => unmergeKubeconfig(text, context))
    }
    if (settings) rmSync(layout.dataDir, { recursive: true, force: true })
    console.log(`Removed the cluster and ${layout.dataDir}.`)
  },
}
