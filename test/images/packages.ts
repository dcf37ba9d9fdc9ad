import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** libc6's archive is 13 MB. */
const ARCHIVE_MAX_BYTES = 512 * 1024 * 1024

/** The files stay ours: apt would hand the download to a user who may not enter the directory. */
const APT_GET = ['-o', 'APT::Sandbox::User=root', '-q']

/** Downloads Debian packages into `dir`, where they stay for the next time; returns their files in the order asked. */
export async function downloadPackages(dir: string, names: string[]): Promise<string[]> {
  if (names.length === 0) return []
  mkdirSync(dir, { recursive: true })
  const files = await packageFiles(names)
  await exec('apt-get', [...APT_GET, 'download', ...names], { cwd: dir })
  return names.map((name) => join(dir, fileOf(files, name)))
}

async function packageFiles(names: string[]): Promise<string[]> {
  const ask = async () => parsePrintUris((await exec('apt-get', ['download', '--print-uris', ...names])).stdout)
  try {
    return await ask()
  } catch {
    // A fresh machine has no package lists yet, an old one may have stale ones.
    await exec('apt-get', ['update', '-q'])
    return ask()
  }
}

function fileOf(files: string[], name: string): string {
  const found = files.find((file) => file.startsWith(`${name}_`))
  if (!found) throw new Error(`apt-get names no file for the package ${name}`)
  return found
}

/** The file names in the output of `apt-get download --print-uris`: lines of `'URI' FILE SIZE HASH`. */
export function parsePrintUris(output: string): string[] {
  return output.split('\n').flatMap((line) => /^'[^']+' (\S+\.deb) /.exec(line)?.[1] ?? [])
}

/** The tar archive of the files in a package. */
export async function packageArchive(file: string): Promise<Uint8Array> {
  const { stdout } = await exec('dpkg-deb', ['--fsys-tarfile', file], {
    encoding: 'buffer',
    maxBuffer: ARCHIVE_MAX_BYTES,
  })
  return stdout
}

/** Debian's name for this machine's processor. */
export async function debianArchitecture(): Promise<string> {
  return (await exec('dpkg', ['--print-architecture'])).stdout.trim()
}

/** Installs packages on this machine. */
export async function installPackages(names: string[]): Promise<void> {
  const install = () =>
    exec('apt-get', ['install', '-qy', '--no-install-recommends', ...names], { env: NONINTERACTIVE })
  try {
    await install()
  } catch {
    await exec('apt-get', ['update', '-q'])
    await install()
  }
}

const NONINTERACTIVE = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
