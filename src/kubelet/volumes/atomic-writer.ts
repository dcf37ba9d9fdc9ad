import type { Fs } from '../../os/fs.ts'
import type { Payload, PayloadFile } from './payload.ts'
import type { VolumeContext } from './volume.ts'

/** Containers read through this link, so turning it turns all files at once. */
const CURRENT = '..data'
const NEXT = '..data_tmp'
/** Contents stand in directories whose names begin like this, which no file of a volume may. */
const CONTENT = /^\.\.\d/
const DIRECTORY_MODE = 0o755
const SHARED_DIRECTORY_MODE = 0o777

/** Puts the volume's directory into memory, so that what it shows never reaches the disk. */
export async function inMemory({ fs, mounts, directory }: VolumeContext): Promise<void> {
  await fs.makeDirectory(directory, SHARED_DIRECTORY_MODE)
  const there = await mounts.list()
  if (there.some(({ mountPoint }) => mountPoint === directory)) return
  await mounts.mount({ source: 'tmpfs', target: directory, type: 'tmpfs', options: ['mode=0777'] })
}

/** Makes the volume's directory show exactly these files; a reader sees all of the old ones or all of the new ones. */
export async function writeAtomically({ fs, directory, pod, now }: VolumeContext, payload: Payload): Promise<void> {
  await fs.makeDirectory(directory, SHARED_DIRECTORY_MODE)
  const group = pod.spec.securityContext?.fsGroup
  const files = new Map([...payload].map(([path, file]) => [checkPath(path), withGroup(file, group)]))
  if (await shows(fs, directory, files)) return
  const content = `..${now}`
  await fs.remove(`${directory}/${content}`)
  await fs.makeDirectory(`${directory}/${content}`, DIRECTORY_MODE)
  for (const [path, file] of files) await writeFile(fs, `${directory}/${content}`, path, file, group)
  await fs.remove(`${directory}/${NEXT}`)
  await fs.symlink(content, `${directory}/${NEXT}`)
  await fs.rename(`${directory}/${NEXT}`, `${directory}/${CURRENT}`)
  await linkNames(fs, directory, files)
  for (const name of await fs.list(directory)) {
    if (CONTENT.test(name) && name !== content) await fs.remove(`${directory}/${name}`)
  }
}

function checkPath(path: string): string {
  const parts = path.split('/')
  if (path === '' || path.startsWith('/') || parts.includes('..') || path.startsWith('..')) {
    throw new Error(`invalid path: ${JSON.stringify(path)} must be relative and not lead outside the volume`)
  }
  return parts.filter((part) => part !== '' && part !== '.').join('/')
}

const withGroup = (file: PayloadFile, group: number | undefined): PayloadFile =>
  group === undefined ? file : { ...file, mode: file.mode | 0o440 }

async function writeFile(fs: Fs, root: string, path: string, { data, mode, uid = 0 }: PayloadFile, group = 0) {
  const parts = path.split('/')
  for (let depth = 1; depth < parts.length; depth++) {
    await fs.makeDirectory(`${root}/${parts.slice(0, depth).join('/')}`, DIRECTORY_MODE)
  }
  await fs.write(`${root}/${path}`, data, mode)
  if (uid !== 0 || group !== 0) await fs.chown(`${root}/${path}`, uid, group)
}

/** Whether the volume shows just these files already. */
async function shows(fs: Fs, directory: string, files: Payload): Promise<boolean> {
  const root = `${directory}/${CURRENT}`
  if (!(await fs.stat(root))) return false
  const there = await filesBelow(fs, root)
  if (there.length !== files.size) return false
  for (const path of there) {
    const file = files.get(path)
    const info = await fs.stat(`${root}/${path}`)
    if (!file || info?.mode !== file.mode) return false
    if (Buffer.compare(await fs.read(`${root}/${path}`), file.data) !== 0) return false
  }
  return true
}

async function filesBelow(fs: Fs, root: string, prefix = ''): Promise<string[]> {
  const found: string[] = []
  for (const name of await fs.list(`${root}/${prefix}`)) {
    const path = `${prefix}${name}`
    if ((await fs.stat(`${root}/${path}`))?.type === 'directory')
      found.push(...(await filesBelow(fs, root, `${path}/`)))
    else found.push(path)
  }
  return found
}

/** The names that users see are links into the current content; those of files that are gone go too. */
async function linkNames(fs: Fs, directory: string, files: Payload): Promise<void> {
  const wanted = new Set([...files.keys()].map((path) => path.split('/')[0] ?? ''))
  for (const name of wanted) {
    if (!(await fs.lstat(`${directory}/${name}`))) await fs.symlink(`${CURRENT}/${name}`, `${directory}/${name}`)
  }
  for (const name of await fs.list(directory)) {
    if (!name.startsWith('..') && !wanted.has(name)) await fs.remove(`${directory}/${name}`)
  }
}
