import { value } from '../../api/quantity.ts'
import type { VolumeContext, VolumeType } from './volume.ts'

/** Every container may write, whoever it runs as. */
const MODE = 0o777

/** A directory of the pod's own: on the node's disk, or in memory. */
export const emptyDir: VolumeType = {
  name: 'emptyDir',
  directory: 'empty-dir',

  async setUp({ emptyDir: source }, context) {
    const { fs, directory } = context
    await fs.makeDirectory(directory, MODE)
    const medium = source?.medium ?? ''
    if (medium === 'Memory') await mountMemory(context, source?.sizeLimit)
    else if (medium !== '') throw new Error(`unknown storage medium "${medium}"`)
    const group = context.pod.spec.securityContext?.fsGroup
    if (group !== undefined) await fs.chown(directory, 0, group)
    await fs.chmod(directory, group === undefined ? MODE : 0o2777)
    return { hostPath: directory }
  },
}

async function mountMemory({ mounts, directory }: VolumeContext, sizeLimit?: string | number): Promise<void> {
  const there = await mounts.list()
  if (there.some(({ mountPoint }) => mountPoint === directory)) return
  const size = sizeLimit === undefined ? 0 : value(sizeLimit)
  const options = size > 0 ? [`size=${size}`] : []
  await mounts.mount({ source: 'tmpfs', target: directory, type: 'tmpfs', options })
}
