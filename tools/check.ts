// All that CI looks at, the quickest first: types, lint, format, then every test.
import { spawnSync } from 'node:child_process'

const CHECKS = [
  ['node_modules/.bin/tsc', '--noEmit'],
  ['node_modules/.bin/oxlint', '--type-aware', '--deny-warnings'],
  ['node_modules/.bin/biome', 'format', '.'],
  [process.execPath, 'tools/test.ts'],
] as const

for (const [command, ...args] of CHECKS) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  if (status !== 0) {
    console.error(`check: ${[command, ...args].join(' ')} failed`)
    process.exit(1)
  }
}
