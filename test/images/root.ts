import type { ParsedTarEntryWithData, TarHeader } from 'modern-tar'
import { packTar } from 'modern-tar'

/** One path of an image's root. */
export interface Entry {
  type: 'file' | 'directory' | 'symlink' | 'link'
  mode: number
  uid: number
  gid: number
  linkname?: string
  data?: Uint8Array
}

/** An image's root file system: entries by path, without a leading slash. */
export type Root = Map<string, Entry>

/** All entries carry one time: the same files make the same digest on every machine. */
const MTIME = new Date(0)

/** What no container reads. */
const UNWANTED =
  /^usr\/(share\/(doc|man|locale|lintian|bug|info|vim|apport)|lib\/[^/]+\/gconv)(\/|$)|^lib\/systemd(\/|$)/

const TYPES = ['file', 'directory', 'symlink', 'link'] as const

/** Adds what a package's archive holds, without documentation; a later package wins. */
export function addPackage(root: Root, archive: ParsedTarEntryWithData[]): void {
  for (const { header, data } of archive) {
    const path = rootPath(header.name)
    if (path === '' || UNWANTED.test(path)) continue
    root.set(path, packageEntry(path, header, data))
  }
}

function packageEntry(path: string, header: TarHeader, data: Uint8Array | undefined): Entry {
  const type = TYPES.find((known) => known === (header.type ?? 'file'))
  if (!type) throw new Error(`${path}: a ${header.type} cannot be put into an image`)
  const linkname = type === 'link' ? rootPath(header.linkname ?? '') : header.linkname
  const { mode = type === 'directory' ? 0o755 : 0o644, uid = 0, gid = 0 } = header
  return { type, mode, uid, gid, ...(linkname ? { linkname } : {}), ...(type === 'file' ? { data } : {}) }
}

/** Adds a link to busybox for each applet whose path is still free. */
export function addApplets(root: Root, applets: string[]): void {
  for (const path of applets) {
    if (!root.has(path)) root.set(path, symlink('/bin/busybox'))
  }
}

export function symlink(linkname: string): Entry {
  return { type: 'symlink', mode: 0o777, uid: 0, gid: 0, linkname }
}

export function directory(mode: number): Entry {
  return { type: 'directory', mode, uid: 0, gid: 0 }
}

export function file(data: Uint8Array, mode: number): Entry {
  return { type: 'file', mode, uid: 0, gid: 0, data }
}

/** The root as a tar archive: sorted, each parent before its children, nothing in it that depends on when it was made. */
export async function packRoot(root: Root): Promise<Uint8Array> {
  const whole = new Map(root)
  for (const path of root.keys()) addParents(whole, path)
  const paths = [...whole.keys()].sort()
  // A hard link must follow the file it names.
  const last = (path: string) => Number(whole.get(path)?.type === 'link')
  return packTar(paths.sort((a, b) => last(a) - last(b)).map((path) => tarEntry(path, whole.get(path) as Entry)))
}

function addParents(root: Root, path: string): void {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const parent = path.slice(0, end)
    if (!root.has(parent)) root.set(parent, directory(0o755))
  }
}

function tarEntry(path: string, { type, mode, uid, gid, linkname, data }: Entry) {
  const name = type === 'directory' ? `${path}/` : path
  return { header: { name, type, mode, uid, gid, linkname, mtime: MTIME, size: data?.length ?? 0 }, body: data }
}

function rootPath(name: string): string {
  return name
    .replace(/^\.?\/+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '')
}
