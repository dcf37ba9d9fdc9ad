// Runs every suite: `npm test [pattern …]`. The Linux suites need root and say so where they are skipped.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { install, missing } from '../src/main/prerequisites.ts'

const patterns = process.argv.slice(2)
const chosen = (files: string[]) =>
  files.filter((file) => patterns.length === 0 || patterns.some((p) => file.includes(p))).sort()

/** In one process: fast, and nothing in them touches the machine. */
const inProcess = chosen(
  globSync([
    'src/**/*.test.ts',
    'testing/**/*.test.ts',
    'tools/**/*.test.ts',
    'test/*.test.ts',
    'test/images/**/*.test.ts',
    'test/cluster/**/*.test.ts',
  ]),
)
/** One process each, one after another: they start real clusters, which would starve each other. */
const onLinux = chosen(globSync('test/linux/**/*.test.ts'))

function run(flags: string[], files: string[]): boolean {
  if (files.length === 0) return true
  const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...flags, ...files], {
    stdio: 'inherit',
  })
  return status === 0
}

/** Some of the Linux suites start a containerd by themselves, as `skiff up` would find it or bring it. */
async function prepareHost(): Promise<void> {
  const wanted = process.getuid?.() === 0 && onLinux.length > 0 ? missing(true) : []
  if (wanted.length > 0) await install(wanted)
}

await prepareHost()
const results = [
  run(['--test-isolation=none'], inProcess),
  run(['--test-concurrency=1', '--test-timeout=900000'], onLinux),
]
process.exit(results.every(Boolean) ? 0 : 1)
