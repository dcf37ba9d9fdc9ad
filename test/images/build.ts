import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { unpackTar } from 'modern-tar'
import type { FileContent, Image } from './image.ts'
import type { Layer } from './manifest.ts'
import { digestOf, layerBlob } from './manifest.ts'
import { downloadPackages, installPackages, packageArchive } from './packages.ts'
import type { Entry, Root } from './root.ts'
import { addApplets, addPackage, directory, file, packRoot, symlink } from './root.ts'

const exec = promisify(execFile)
const compress = promisify<Uint8Array, Buffer>(gzip)

/** Builds images; what is a base of several is built once. */
export class ImageBuilder {
  readonly #packageDir: string
  readonly #built = new Map<Image, Promise<Layer[]>>()

  /** Packages are downloaded into `packageDir`, where they stay. */
  constructor(packageDir: string) {
    this.#packageDir = packageDir
  }

  /** The image's layers, the lowest first. */
  layers(image: Image): Promise<Layer[]> {
    const layers = this.#built.get(image) ?? this.#build(image)
    this.#built.set(image, layers)
    return layers
  }

  async #build(image: Image): Promise<Layer[]> {
    const below = image.base ? await this.layers(image.base) : []
    const tar = await packRoot(await buildRoot(image, this.#packageDir))
    return [...below, { blob: layerBlob(await compress(tar)), diffId: digestOf(tar) }]
  }
}

async function buildRoot(image: Image, packageDir: string): Promise<Root> {
  const root: Root = new Map()
  for (const deb of await downloadPackages(packageDir, image.packages)) {
    addPackage(root, await unpackTar(await packageArchive(deb)))
  }
  for (const [path, content] of Object.entries(image.files)) root.set(path, await entryOf(content))
  const busybox = root.get('bin/busybox')?.data
  if (busybox) addApplets(root, await appletPaths(busybox))
  return root
}

async function entryOf(content: FileContent): Promise<Entry> {
  if ('link' in content) return symlink(content.link)
  if ('directory' in content) return directory(content.directory.mode)
  if ('compile' in content) return file(await compileStatic(content.compile), 0o755)
  return file(new TextEncoder().encode(content.text), content.mode ?? 0o644)
}

/** Where busybox itself wants links to it: it alone knows what it was built with. */
function appletPaths(program: Uint8Array): Promise<string[]> {
  return inTemporaryDir(async (dir) => {
    const path = join(dir, 'busybox')
    writeFileSync(path, program, { mode: 0o755 })
    const { stdout } = await exec(path, ['--list-full'])
    return stdout.split('\n').filter((line) => line !== '' && line !== 'bin/busybox' && line !== 'linuxrc')
  })
}

async function compileStatic(source: string): Promise<Uint8Array> {
  if (!existsSync('/usr/bin/gcc')) await installPackages(['gcc', 'libc6-dev'])
  return inTemporaryDir(async (dir) => {
    const program = join(dir, 'program')
    await exec('/usr/bin/gcc', ['-static', '-Os', '-s', '-Wall', '-o', program, join(import.meta.dirname, source)])
    return readFileSync(program)
  })
}

async function inTemporaryDir<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'skiff-image-'))
  try {
    return await work(dir)
  } finally {
    rmSync(dir, { recursive: true })
  }
}
