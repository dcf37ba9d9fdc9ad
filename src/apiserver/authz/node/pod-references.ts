import type { IContainer } from 'kubernetes-models/v1/Container'
import type { IVolume } from 'kubernetes-models/v1/Volume'
import type { Pod } from '../../../api/kinds/core/pod.ts'

/** The objects of its namespace that a pod needs, by name. */
export interface PodReferences {
  secrets: string[]
  configMaps: string[]
  claims: string[]
}

/** What a volume says of a secret that its driver uses; several kinds of volume have it. */
type WithSecret = { secretRef?: { name?: string } } | undefined

/** What the kubelet reads to start the pod, its service account apart. */
export function podReferences({ metadata, spec }: Pod): PodReferences {
  const { initContainers = [], containers, ephemeralContainers = [], volumes = [], imagePullSecrets = [] } = spec
  const all = [...initContainers, ...containers, ...ephemeralContainers] as IContainer[]
  return {
    secrets: unique([
      ...imagePullSecrets.map(({ name }) => name),
      ...all.flatMap(secretsOfContainer),
      ...volumes.flatMap(secretsOfVolume),
    ]),
    configMaps: unique([...all.flatMap(configMapsOfContainer), ...volumes.flatMap(configMapsOfVolume)]),
    claims: unique(volumes.map((volume) => claimOf(volume, metadata.name))),
  }
}

function unique(names: readonly (string | undefined)[]): string[] {
  return [...new Set(names.filter((name) => name !== undefined && name !== ''))] as string[]
}

function secretsOfContainer({ env = [], envFrom = [] }: IContainer): (string | undefined)[] {
  return [
    ...envFrom.map(({ secretRef }) => secretRef?.name),
    ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
  ]
}

function configMapsOfContainer({ env = [], envFrom = [] }: IContainer): (string | undefined)[] {
  return [
    ...envFrom.map(({ configMapRef }) => configMapRef?.name),
    ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
  ]
}

function secretsOfVolume(volume: IVolume): (string | undefined)[] {
  const { secret, projected, azureFile, csi, cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos } = volume
  const drivers: WithSecret[] = [cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos]
  return [
    secret?.secretName,
    azureFile?.secretName,
    csi?.nodePublishSecretRef?.name,
    ...(projected?.sources ?? []).map((source) => source.secret?.name),
    ...drivers.map((driver) => driver?.secretRef?.name),
  ]
}

function configMapsOfVolume({ configMap, projected }: IVolume): (string | undefined)[] {
  return [configMap?.name, ...(projected?.sources ?? []).map((source) => source.configMap?.name)]
}

/** An ephemeral volume's claim is named after pod and volume. */
function claimOf({ name, persistentVolumeClaim, ephemeral }: IVolume, podName: string): string | undefined {
  return ephemeral ? `${podName}-${name}` : persistentVolumeClaim?.claimName
}
