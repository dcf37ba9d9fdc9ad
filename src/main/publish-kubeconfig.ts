import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type Access,
  editKubeconfig,
  mergeKubeconfig,
  readIfThere,
  renderKubeconfig,
  serverOf,
  userKubeconfig,
  writeWhole,
} from './kubeconfig.ts'
import { Failure, messageOf } from './failure.ts'
import type { Layout } from './layout.ts'
import { readRecord, recordKubeconfig } from './record.ts'

const CONTEXT = 'skiff'

export interface KubeconfigFlags {
  kubeconfig: string
  'no-kubeconfig': boolean
}

/** Writes the cluster's kubeconfig, and adds it to the user's own unless that is to be left alone; the context's name there. */
export function publishKubeconfig(layout: Layout, access: Access, flags: KubeconfigFlags): string | undefined {
  writeWhole(layout.adminKubeconfig, renderKubeconfig(CONTEXT, access))
  if (flags.kubeconfig) writeElsewhere(layout, access, resolve(flags.kubeconfig))
  if (flags['no-kubeconfig']) return undefined
  const file = userKubeconfig()
  const context = contextIn(layout, file, access.server)
  recordKubeconfig(layout, { file, context, written: false })
  editKubeconfig(file, (text) => mergeKubeconfig(text, context, access))
  return context
}

function writeElsewhere(layout: Layout, access: Access, file: string): void {
  try {
    const written =
      !existsSync(file) || readRecord(layout).kubeconfigs.some((each) => each.file === file && each.written)
    recordKubeconfig(layout, { file, context: CONTEXT, written })
    if (written) writeWhole(file, renderKubeconfig(CONTEXT, access))
    else editKubeconfig(file, (text) => mergeKubeconfig(text, CONTEXT, access))
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(`cannot write --kubeconfig ${file}: ${messageOf(error)}`)
  }
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
