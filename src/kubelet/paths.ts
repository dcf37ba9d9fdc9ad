import type { Pod } from '../api/kinds/core/pod.ts'

/** Where the kubelet keeps what belongs to pods, below its data directory. */
export interface Paths {
  pods: string
  pod(uid: string): string
  volume(uid: string, type: string, name: string): string
  /** Files of one container: what it says at its end. */
  container(uid: string, name: string): string
  hosts(uid: string): string
  logs: string
  /** All logs of one pod; the runtime writes `<container>/<restart count>.log` below it. */
  podLogs(pod: Pick<Pod, 'metadata'>): string
  containerLogs(pod: Pick<Pod, 'metadata'>, container: string): string
}

export function kubeletPaths(dataDir: string): Paths {
  const pods = `${dataDir}/pods`
  const logs = `${dataDir}/logs/pods`
  const pod = (uid: string) => `${pods}/${uid}`
  const podLogs = ({ metadata }: Pick<Pod, 'metadata'>) =>
    `${logs}/${metadata.namespace ?? ''}_${metadata.name}_${metadata.uid}`
  return {
    pods,
    pod,
    volume: (uid, type, name) => `${pod(uid)}/volumes/kubernetes.io~${type}/${name}`,
    container: (uid, name) => `${pod(uid)}/containers/${name}`,
    hosts: (uid) => `${pod(uid)}/etc-hosts`,
    logs,
    podLogs,
    containerLogs: (of, container) => `${podLogs(of)}/${container}`,
  }
}

/** The log of a container, relative to its pod's logs. */
export const logPath = (container: string, restartCount: number): string => `${container}/${restartCount}.log`
