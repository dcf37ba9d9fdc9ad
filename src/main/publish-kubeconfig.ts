import { existsSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type Access,
  editKubeconfig,
  isEmptyKubeconfig,
  mergeKubeconfig,
  readIfThere,
  renderKubeconfig,
  serverOf,
  unmergeKubeconfig,
  userKubeconfig,
  writeWhole,
} from './kubeconfig.ts'
import { Failure, messageOf } from './failure.ts'
import type { Layout } from './layout.ts'
import { type KubeconfigRecord, readRecord, recordKubeconfig } from './record.ts'

const CONTEXT = 'skiff'

export interface KubeconfigFlags {
  kubeconfig: string
  'no-kubeconfig': boolean
}

/** Writes the cluster's kubeconfig, and adds it to the user's own unless that is to be left alone; the context's name there. */
export function publishKubeconfig(layout: Layout, access: Access, flags: KubeconfigFlags): string | undefined {
  writeWhole(layout.adminKubeconfig, renderKubeconfig(CONTEXT, access))
  if (flags.kubeconfig) addTo(layout, access, resolve(flags.kubeconfig))
  return flags['no-kubeconfig'] ? undefined : addTo(layout, access, userKubeconfig())
}

function addTo(layout: Layout, access: Access, file: string): string {
  const context = contextIn(layout, file, access.server)
  const made = !existsSync(file) || readRecord(layout).kubeconfigs.some((each) => each.file === file && each.made)
  recordKubeconfig(layout, { file, context, made })
  editKubeconfig(file, (text) => mergeKubeconfig(text, context, access))
  return context
}

/** Takes the cluster out of a kubeconfig again; one that it made goes when nothing else has come into it. */
export function withdrawKubeconfig({ file, context, made }: KubeconfigRecord): void {
  if (!existsSync(file)) return
  editKubeconfig(file, (text) => unmergeKubeconfig(text, context))
  if (made && isEmptyKubeconfig(readIfThere(file) ?? '')) rmSync(file)
}

/** `skiff`, unless another cluster has that context in the file: then the name of this cluster's own. */
function contextIn(layout: Layout, file: string, server: string): string {
  const known = readRecord(layout).kubeconfigs.find((each) => each.file === file)
  if (known) return known.context
  const taken = takenBy(file)
  return taken === undefined || taken === server ? CONTEXT : layout.name
}

function takenBy(file: string): string | undefined {
  try {
    return serverOf(readIfThere(file) ?? '', CONTEXT)
  } catch (error) {
    throw new Failure(`cannot read the kubeconfig ${file}: ${messageOf(error)}; mend it, or run with --no-kubeconfig`)
  }
}
