import { configMap } from './config-map.ts'
import { downwardApi } from './downward-api.ts'
import { emptyDir } from './empty-dir.ts'
import { hostPath } from './host-path.ts'
import { projected } from './projected.ts'
import { secret } from './secret.ts'
import type { VolumeType } from './volume.ts'

/** All volume types. A volume has one of these fields, so the order does not matter: it is the alphabet's. */
export const VOLUME_TYPES: readonly VolumeType[] = [configMap, downwardApi, emptyDir, hostPath, projected, secret]
