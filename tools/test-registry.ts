/** `tools/test-registry up|down|status [--dir DIR]`: a registry on this machine that holds the images of test/images. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { ImageBuilder } from '../test/images/build.ts'
import { images } from '../test/images/index.ts'
import { definitionsHash, publish, renderRegistriesFile } from '../test/images/publish.ts'
import type { RegistryServer } from '../test/images/registry-server.ts'
import { registryUrl, runningServer, serves, startServer, stopServer } from '../test/images/registry-server.ts'

const USAGE = 'usage: tools/test-registry up|down|status [--dir DIR]'

/** The first `up` of another process may have to download and build everything. */
const LOCK_WAIT_MS = 600_000

const builtFile = (dir: string) => join(dir, 'built')
const registriesFile = (dir: string) => join(dir, 'registries.yaml')

const commands: Record<string, (dir: string) => Promise<void>> = { up, down, status }

async function up(dir: string): Promise<void> {
  mkdirSync(dir, { recursive: true })
  using _lock = lock(dir)
  const server = runningServer(dir) ?? (await startServer(dir))
  await publishMissing(dir, server)
  writeFileSync(registriesFile(dir), renderRegistriesFile(images, registryUrl(server)))
  console.log(`Registry: ${registryUrl(server)} (process ${server.pid})`)
  console.log(registriesFile(dir))
}

async function down(dir: string): Promise<void> {
  console.log((await stopServer(dir)) ? 'Registry stopped; its images stay for the next time.' : 'No registry runs.')
}

async function status(dir: string): Promise<void> {
  const server = runningServer(dir)
  if (!server || !(await serves(server))) {
    console.log('No registry runs. Start it: tools/test-registry up')
    process.exitCode = 1
    return
  }
  const state = isBuilt(dir) ? 'all images are there' : 'images are missing; build them: tools/test-registry up'
  console.log(`Registry: ${registryUrl(server)} (process ${server.pid}), ${state}`)
  console.log(registriesFile(dir))
}

async function publishMissing(dir: string, server: RegistryServer): Promise<void> {
  if (isBuilt(dir)) return
  const builder = new ImageBuilder(join(dir, 'packages'))
  for (const image of images) {
    console.log(`Building ${image.name}:${image.tags[0]}`)
    await publish(image, registryUrl(server), builder)
  }
  writeFileSync(builtFile(dir), definitionsHash())
}

function isBuilt(dir: string): boolean {
  return existsSync(builtFile(dir)) && readFileSync(builtFile(dir), 'utf8') === definitionsHash()
}

/** One `up` at a time; the kernel frees SQLite's lock when its process dies. */
function lock(dir: string): Disposable {
  const database = new DatabaseSync(join(dir, 'lock'), { timeout: LOCK_WAIT_MS })
  database.exec('BEGIN EXCLUSIVE')
  return { [Symbol.dispose]: () => database.close() }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { dir: { type: 'string' } }, allowPositionals: true })
  const run = commands[positionals[0] ?? '']
  if (!run || positionals.length > 1) throw new Error(USAGE)
  await run(resolve(values.dir ?? join(import.meta.dirname, '../.skiff/test-registry')))
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
