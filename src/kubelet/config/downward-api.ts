import type { IResourceFieldSelector } from 'kubernetes-models/v1/ResourceFieldSelector'
import type { Pod } from '../../api/kinds/core/pod.ts'
import { amountsOf } from '../../api/pod-resources.ts'
import { milliValue, value } from '../../api/quantity.ts'
import { allContainers, type Container } from '../pod-spec.ts'

/** What the node adds to what a pod can learn about itself. */
export interface NodeFacts {
  /** The leading one first. */
  hostIPs: readonly string[]
  /** Of the pod as it runs now, which its status may not say yet. */
  podIPs: readonly string[]
  /** What stands for a limit that is not set. */
  allocatable: Readonly<Record<string, string | number>>
}

/** A field of the pod as text, for a variable or a file. */
export function fieldValue(pod: Pod, path: string, { hostIPs, podIPs }: NodeFacts): string {
  const { metadata, spec } = pod
  switch (path) {
    case 'metadata.name':
      return metadata.name
    case 'metadata.namespace':
      return metadata.namespace ?? ''
    case 'metadata.uid':
      return metadata.uid
    case 'metadata.labels':
      return formatMap(metadata.labels)
    case 'metadata.annotations':
      return formatMap(metadata.annotations)
    case 'spec.nodeName':
      return spec.nodeName ?? ''
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? ''
    case 'status.hostIP':
      return hostIPs[0] ?? ''
    case 'status.hostIPs':
      return hostIPs.join(',')
    case 'status.podIP':
      return podIPs[0] ?? ''
    case 'status.podIPs':
      return podIPs.join(',')
  }
  const [, which, key = ''] = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path) ?? []
  if (which === 'labels') return metadata.labels?.[key] ?? ''
  if (which === 'annotations') return metadata.annotations?.[key] ?? ''
  throw new Error(`unsupported fieldPath: ${path}`)
}

/** Labels and annotations as the downward API writes them: sorted, `key="value"` a line. */
function formatMap(map: Readonly<Record<string, string>> = {}): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n')
}

/** Of these a limit that is not set is the node's whole amount. */
const DEFAULTED = ['cpu', 'memory', 'ephemeral-storage']

/** A request or limit of a container in units of the divisor, rounded up. */
export function resourceFieldValue(
  pod: Pod,
  { resource, containerName, divisor = '1' }: IResourceFieldSelector,
  own: Container | undefined,
  { allocatable }: NodeFacts,
): string {
  const container = containerName ? allContainers(pod).find(({ name }) => name === containerName) : own
  if (!container) throw new Error(`container ${containerName ?? ''} not found`)
  const [which = '', name = ''] = [resource.slice(0, resource.indexOf('.')), resource.slice(resource.indexOf('.') + 1)]
  if (which !== 'limits' && which !== 'requests') throw new Error(`unsupported container resource : ${resource}`)
  const set = amountsOf(container.resources?.[which]).get(name) ?? 0
  const whole = which === 'limits' && DEFAULTED.includes(name) ? (amountsOf(allocatable).get(name) ?? 0) : 0
  const unit = (name === 'cpu' ? milliValue : value)(divisor) || (name === 'cpu' ? 1000 : 1)
  return String(Math.ceil((set || whole) / unit))
}
