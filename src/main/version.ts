import type { VersionInfo } from '../api/discovery.ts'
import packageJson from '../../package.json' with { type: 'json' }
import type { Command } from './flags.ts'

/** The Kubernetes whose API is served, with Skiff's own version behind the plus. */
const GIT_VERSION = `v1.36.0+skiff-${packageJson.version}`

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64' }

/** What `/version` says. A checkout knows neither its commit nor a build. */
export function versionInfo(): VersionInfo {
  return {
    gitVersion: GIT_VERSION,
    gitCommit: '',
    buildDate: '1970-01-01T00:00:00Z',
    platform: `${process.platform}/${ARCHITECTURES[process.arch] ?? process.arch}`,
  }
}

export const version: Command<Record<never, never>> = {
  name: 'version',
  summary: 'say which version this is',
  flags: {},
  async run() {
    console.log(`skiff ${packageJson.version} (Kubernetes ${GIT_VERSION}, Node ${process.version})`)
  },
}
