import type { IDownwardAPIVolumeFile } from 'kubernetes-models/v1/DownwardAPIVolumeFile'
import { fieldValue, resourceFieldValue } from '../config/downward-api.ts'
import { writeAtomically } from './atomic-writer.ts'
import type { Payload } from './payload.ts'
import type { VolumeContext, VolumeType } from './volume.ts'

const DEFAULT_MODE = 0o644

/** The files in which a pod reads about itself. */
export function downwardApiPayload(
  { pod, node }: VolumeContext,
  items: readonly IDownwardAPIVolumeFile[] = [],
  defaultMode = DEFAULT_MODE,
): Payload {
  return new Map(
    items.map(({ path, mode = defaultMode, fieldRef, resourceFieldRef }) => {
      const text = fieldRef
        ? fieldValue(pod, fieldRef.fieldPath, node)
        : resourceFieldRef
          ? resourceFieldValue(pod, resourceFieldRef, undefined, node)
          : ''
      return [path, { data: Buffer.from(text), mode }]
    }),
  )
}

/** Fields of the pod as files, which follow it when it changes. */
export const downwardApi: VolumeType = {
  name: 'downwardAPI',
  directory: 'downward-api',

  async setUp({ downwardAPI: source }, context) {
    await writeAtomically(context, downwardApiPayload(context, source?.items, source?.defaultMode))
    return { hostPath: context.directory }
  },
}
