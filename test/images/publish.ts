import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ImageBuilder } from './build.ts'
import type { Image } from './image.ts'
import { renderConfig, renderManifest } from './manifest.ts'
import { debianArchitecture } from './packages.ts'
import { pushBlob, pushManifest } from './push.ts'

/** Builds an image and pushes it under all of its tags. */
export async function publish(image: Image, registry: string, builder: ImageBuilder): Promise<void> {
  const to = { registry, name: image.name }
  const architecture = await debianArchitecture()
  const layers = await builder.layers(image)
  for (const { blob } of layers) await pushBlob(to, blob)
  for (const tag of image.tags) {
    const config = renderConfig(image, tag, architecture, layers)
    await pushBlob(to, config)
    await pushManifest(to, tag, renderManifest(config, layers))
  }
}

/** Changes when anything in this folder does that images are made of. */
export function definitionsHash(): string {
  const hash = createHash('sha256')
  const sources = readdirSync(import.meta.dirname).filter((name) => /(?<!\.test)\.ts$|\.c$/.test(name))
  for (const name of sources.sort()) hash.update(`${name}\0`).update(readFileSync(join(import.meta.dirname, name)))
  return hash.digest('hex')
}

/** A registries file (`--registries`) that takes each host's images from below its name in `registry`. */
export function renderRegistriesFile(images: Image[], registry: string): string {
  const hosts = [...new Set(images.map(({ name }) => name.slice(0, name.indexOf('/'))))].sort()
  const mirrors = hosts.map(
    (host) => `  ${host}:\n    endpoint: ["${registry}/v2/${host}"]\n    disable_default_endpoint: true\n`,
  )
  return `# The images of test/images, from the registry that tools/test-registry runs.\nmirrors:\n${mirrors.join('')}`
}
