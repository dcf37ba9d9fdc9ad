import type { Pod } from '../api/kinds/core/pod.ts'
import type { Container } from './pod-spec.ts'
import { findContainer, type RuntimePod, type SeenContainer } from './runtime-pod.ts'

/** Whether the container's own rules or policy, else the pod's, want it again after this end. */
export function restartsAfter(pod: Pod, container: Container, exitCode: number): boolean {
  const rule = container.restartPolicyRules?.find(({ exitCodes }) => {
    const listed = exitCodes?.values?.includes(exitCode) ?? false
    return exitCodes?.operator === 'In' ? listed : exitCodes?.operator === 'NotIn' && !listed
  })
  if (container.restartPolicy && rule?.action === 'Restart') return true
  const policy = container.restartPolicy ?? pod.spec.restartPolicy ?? 'Always'
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0)
}

/** Whether a container that was killed while it ran comes back. */
export function restartsOnFailure(pod: Pod, container: Container): boolean {
  return (container.restartPolicy ?? pod.spec.restartPolicy ?? 'Always') !== 'Never'
}

/** Whether a container must be started, now or after a back-off. */
export function shouldBeRestarted(pod: Pod, container: Container, latest: SeenContainer | undefined): boolean {
  if (pod.metadata.deletionTimestamp) return false
  if (!latest) return true
  if (latest.state === 'running') return false
  if (latest.state !== 'exited') return true
  return restartsAfter(pod, container, latest.exitCode)
}

/** Whether any of the pod's own containers was ever made: then its init containers are done. */
export const wasInitialized = (pod: Pod, seen: RuntimePod): boolean =>
  pod.spec.containers.some(({ name }) => {
    const latest = findContainer(seen, name)
    return latest !== undefined && latest.state !== 'unknown'
  })
