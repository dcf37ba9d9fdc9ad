import { join } from 'node:path'
import { readIfThere, writeWhole } from './kubeconfig.ts'
import type { Layout } from './layout.ts'

/** What a cluster has put outside its data directory, so that `reset` can take it back. */
export interface Record {
  kubeconfigs: KubeconfigRecord[]
}

export interface KubeconfigRecord {
  file: string
  context: string
  /** Whether there was no such file before. */
  made: boolean
}

const fileOf = (layout: Layout) => join(layout.dataDir, 'record.json')

export function readRecord(layout: Layout): Record {
  const text = readIfThere(fileOf(layout))
  return text === undefined ? { kubeconfigs: [] } : (JSON.parse(text) as Record)
}

/** Adds a kubeconfig to the record; call it before the file is touched. */
export function recordKubeconfig(layout: Layout, added: KubeconfigRecord): void {
  const { kubeconfigs } = readRecord(layout)
  const others = kubeconfigs.filter(({ file, context }) => file !== added.file || context !== added.context)
  writeWhole(fileOf(layout), `${JSON.stringify({ kubeconfigs: [...others, added] }, undefined, 2)}\n`)
}
