import type { Deployment } from '../src/api/kinds/apps/deployment.ts'
import type { ReplicaSet } from '../src/api/kinds/apps/replica-set.ts'
import type { Pod } from '../src/api/kinds/core/pod.ts'
import type { Draft, ObjectMeta } from '../src/api/meta.ts'

/** An object as it is applied: it says what it is and how it is called. */
export type Manifest<T = object> = Draft<T> & {
  apiVersion: string
  kind: string
  metadata: Partial<ObjectMeta> & { name: string }
}

type Container = Pod['spec']['containers'][number]

export interface MetadataOptions {
  namespace?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

/** A pod of one container, called `main`. */
export interface PodOptions extends MetadataOptions {
  /** `nginx` when absent. */
  image?: string
  command?: string[]
  /** What the container asks for: `{ cpu: '500m' }`. */
  requests?: Record<string, string>
  /** More of the container: probes, ports … */
  container?: Partial<Container>
  /** More of the spec; `containers` takes the place of the one container. */
  spec?: Partial<Pod['spec']>
}

export interface WorkloadOptions<T extends { spec: object }> extends PodOptions {
  /** 1 when absent. */
  replicas?: number
  /** More of the workload's own spec. */
  workload?: Partial<T['spec']>
}

/** A pod. */
export function pod(name: string, options: PodOptions = {}): Manifest<Pod> {
  return { apiVersion: 'v1', kind: 'Pod', metadata: metadata(name, options), spec: podSpec(options) }
}

/** A Deployment whose pods are labelled `app: <name>`. */
export function deployment(name: string, options: WorkloadOptions<Deployment> = {}): Manifest<Deployment> {
  const spec: Deployment['spec'] = { ...workloadSpec(name, options), ...options.workload }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadata(name, options), spec }
}

/** A ReplicaSet whose pods are labelled `app: <name>`. */
export function replicaSet(name: string, options: WorkloadOptions<ReplicaSet> = {}): Manifest<ReplicaSet> {
  const spec: ReplicaSet['spec'] = { ...workloadSpec(name, options), ...options.workload }
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: metadata(name, options), spec }
}

function metadata(name: string, { namespace = 'default', labels, annotations }: MetadataOptions) {
  return { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) }
}

function podSpec({ image = 'nginx', command, requests, container, spec }: PodOptions): Pod['spec'] {
  const main: Container = {
    name: 'main',
    image,
    ...(command && { command }),
    ...(requests && { resources: { requests } }),
    ...container,
  }
  return { containers: [main], ...spec }
}

function workloadSpec(name: string, { replicas = 1, ...options }: WorkloadOptions<{ spec: object }>) {
  const labels = { app: name }
  return {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels: { ...labels, ...options.labels } }, spec: podSpec(options) },
  }
}
