import { writeAtomically } from './atomic-writer.ts'
import { contentsOf, type Payload, type Selection, selectFiles } from './payload.ts'
import type { VolumeContext, VolumeType } from './volume.ts'

/** The files that a ConfigMap gives a volume. */
export async function configMapPayload(
  { configMap: get }: VolumeContext,
  name: string,
  selection: Selection,
): Promise<Payload> {
  const found = await get(name)
  if (!found && !selection.optional) throw new Error(`configmap "${name}" not found`)
  return selectFiles(contentsOf(found?.data, found?.binaryData), selection, 'config')
}

/** The entries of a ConfigMap as files, which follow it when it changes. */
export const configMap: VolumeType = {
  name: 'configMap',
  directory: 'configmap',

  async setUp({ configMap: source }, context) {
    const payload = await configMapPayload(context, source?.name ?? '', source ?? {})
    await writeAtomically(context, payload)
    return { hostPath: context.directory }
  },
}
