import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { type Document, isMap, isSeq, parseDocument, stringify, type YAMLSeq } from 'yaml'
import { codeOf, Failure } from './failure.ts'
import type { KeyPair } from './pki.ts'

/** What a kubeconfig needs to know of a cluster. */
export interface Access {
  server: string
  ca: string
  client: KeyPair
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** The three entries of a kubeconfig under one name, as kubectl's `clientcmd` v1 writes them. */
function entries(name: string, { server, ca, client }: Access) {
  return {
    clusters: { name, cluster: { server, 'certificate-authority-data': base64(ca) } },
    users: { name, user: { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) } },
    contexts: { name, context: { cluster: name, user: name } },
  }
}

const LISTS = ['clusters', 'users', 'contexts'] as const

/** A kubeconfig that holds only this cluster. */
export function renderKubeconfig(name: string, access: Access): string {
  const { clusters, users, contexts } = entries(name, access)
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [clusters],
    users: [users],
    contexts: [contexts],
    'current-context': name,
  })
}

/** The file that kubectl itself would change: the first of $KUBECONFIG, else ~/.kube/config. */
export function userKubeconfig(env: NodeJS.ProcessEnv = process.env): string {
  return env.KUBECONFIG?.split(':').find(Boolean) ?? join(homedir(), '.kube', 'config')
}

/** Puts the cluster into a kubeconfig's text and makes it the current context; all else in it stays as it is. */
export function mergeKubeconfig(text: string, name: string, access: Access): string {
  const document = parse(text)
  const added = entries(name, access)
  for (const list of LISTS) {
    const all = listOf(document, list)
    const at = all.items.findIndex((item) => isMap(item) && item.get('name') === name)
    const node = document.createNode(added[list])
    if (at >= 0) all.items[at] = node
    else all.items.push(node)
  }
  document.set('current-context', name)
  return document.toString()
}

/** Takes the cluster out of a kubeconfig's text again. */
export function unmergeKubeconfig(text: string, name: string): string {
  const document = parse(text)
  for (const list of LISTS) {
    const all = listOf(document, list)
    all.items = all.items.filter((item) => !(isMap(item) && item.get('name') === name))
  }
  if (document.get('current-context') === name) document.set('current-context', '')
  return document.toString()
}

/** Whether a kubeconfig's text names no cluster, user or context. */
export function isEmptyKubeconfig(text: string): boolean {
  const document = parse(text)
  return LISTS.every((list) => listOf(document, list).items.length === 0)
}

/** The server that `context` of a kubeconfig's text points at. */
export function serverOf(text: string, context: string): string | undefined {
  const config = parse(text).toJS() as {
    contexts?: { name: string; context?: { cluster?: string } }[] | null
    clusters?: { name: string; cluster?: { server?: string } }[] | null
  } | null
  const cluster = config?.contexts?.find(({ name }) => name === context)?.context?.cluster
  return config?.clusters?.find(({ name }) => name === cluster)?.cluster?.server
}

function parse(text: string): Document {
  const document = parseDocument(text.trim() ? text : 'apiVersion: v1\nkind: Config\n')
  const [error] = document.errors
  if (error) throw new Error(error.message.split('\n')[0])
  if (!isMap(document.contents)) throw new Error('it is not a kubeconfig (no map at the top)')
  return document
}

function listOf(document: Document, name: string): YAMLSeq {
  const found = document.get(name)
  if (isSeq(found)) {
    found.flow = false
    return found
  }
  document.set(name, document.createNode([]))
  const made = document.get(name) as YAMLSeq
  made.flow = false
  return made
}

/** Rewrites a kubeconfig in place, whole or not at all; a file that cannot be read or understood is left alone. */
export function editKubeconfig(file: string, edit: (text: string) => string): void {
  try {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const next = edit(text)
    if (next !== text) writeWhole(file, next)
  } catch (error) {
    throw new Failure(
      `cannot change the kubeconfig ${file}: ${(error as Error).message}; mend it, or run with --no-kubeconfig`,
    )
  }
}

/** Writes a private file so that a crash leaves the old one or the new one. */
export function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  const next = join(dirname(file), `.${basename(file)}.skiff-new`)
  writeFileSync(next, text, { mode: 0o600, flush: true })
  chmodSync(next, 0o600)
  renameSync(next, file)
}

/** A file's text, or `undefined` when there is no such file. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new Failure(`cannot read ${file}: ${(error as Error).message}`)
  }
}
