import { inMemory, writeAtomically } from './atomic-writer.ts'
import { contentsOf, type Payload, type Selection, selectFiles } from './payload.ts'
import type { VolumeContext, VolumeType } from './volume.ts'

/** The files that a Secret gives a volume. */
export async function secretPayload(
  { secret: get }: VolumeContext,
  name: string,
  selection: Selection,
): Promise<Payload> {
  const found = await get(name)
  if (!found && !selection.optional) throw new Error(`secret "${name}" not found`)
  return selectFiles(contentsOf({}, found?.data), selection, 'secret')
}

/** The entries of a Secret as files in memory, which follow it when it changes. */
export const secret: VolumeType = {
  name: 'secret',
  directory: 'secret',

  async setUp({ secret: source }, context) {
    const payload = await secretPayload(context, source?.secretName ?? '', source ?? {})
    await inMemory(context)
    await writeAtomically(context, payload)
    return { hostPath: context.directory }
  },
}
