import { systemClock } from '../std/clock.ts'
import type { Command } from './flags.ts'
import { layoutOf } from './layout.ts'
import { requireRoot } from './privilege.ts'
import { dataDirFlag, readSettings } from './settings.ts'
import { stopSkiff, tearDown } from './teardown.ts'

const flags = { 'data-dir': dataDirFlag }

export const down: Command<typeof flags> = {
  name: 'down',
  summary: 'stop the cluster, its containers included; the data stays',
  flags,
  async run(given) {
    requireRoot('down')
    const layout = layoutOf(given['data-dir'])
    const settings = readSettings(layout)
    if (!settings) return console.log(`There is no cluster in ${layout.dataDir}.`)
    const ran = await stopSkiff(layout, systemClock)
    await tearDown(layout, settings)
    console.log(
      ran
        ? `Stopped. The data stays in ${layout.dataDir}; skiff up starts it again.`
        : `It was not running. The data stays in ${layout.dataDir}.`,
    )
  },
}
