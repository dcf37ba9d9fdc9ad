import type { ConfigMap } from '../../api/kinds/core/config-map.ts'
import type { Pod } from '../../api/kinds/core/pod.ts'
import type { Secret } from '../../api/kinds/core/secret.ts'
import type { Fs } from '../../os/fs.ts'
import type { Mounts } from '../../os/mount.ts'
import type { NodeFacts } from '../config/downward-api.ts'
import type { Volume } from '../pod-spec.ts'

/** A volume as containers mount it. */
export interface MountedVolume {
  hostPath: string
  readOnly?: boolean
}

/** A token for a service account, and when it runs out. */
export interface BoundToken {
  token: string
  expiresAtMs: number
}

/** What volume types work with. */
export interface VolumeContext {
  fs: Fs
  mounts: Mounts
  pod: Pod
  node: NodeFacts
  now: number
  /** Where this volume's files belong. */
  directory: string
  configMap(name: string): Promise<ConfigMap | undefined>
  secret(name: string): Promise<Secret | undefined>
  token(audience: string | undefined, expirationSeconds: number): Promise<BoundToken>
}

/** A volume type. */
export interface VolumeType {
  /** The field of a pod's volume that asks for it. */
  name: keyof Volume
  /** Its directory in the pod's: `empty-dir`. */
  directory: string
  /** Makes the volume, or brings it up to date; may be asked again at any time. */
  setUp(volume: Volume, context: VolumeContext): Promise<MountedVolume>
}
