import { checkHost } from './check-host.ts'
import { detach } from './detach.ts'
import type { Command } from './flags.ts'
import { layoutOf } from './layout.ts'
import { requireRoot } from './privilege.ts'
import { livingProcess } from './processes.ts'
import { progress } from './progress.ts'
import { readRegistries } from './registries-file.ts'
import { claimDataDir, readSettings, serverUrl, settle, upFlags, writeSettings } from './settings.ts'

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
    // Who only waits for a cluster in the background needs nothing of what makes one.
    const { runInForeground } = await import('./foreground.ts')
    await runInForeground(layout, settings, given, report)
  },
}
