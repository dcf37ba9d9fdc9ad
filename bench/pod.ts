import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { isApiError } from '../src/api/errors.ts'
import { Pod } from '../src/api/kinds/core/pod.ts'
import type { Api } from '../src/client/api.ts'
import { createApi } from '../src/client/client.ts'
import { httpsTransport } from '../src/client/https-transport.ts'
import { criClient } from '../src/kubelet/cri/client.ts'
import type { ContainerConfig, Cri, PodSandboxConfig } from '../src/kubelet/cri/types.ts'
import { type Layout, layoutOf } from '../src/main/layout.ts'
import { systemClock } from '../src/std/clock.ts'
import { linuxCluster } from '../test/linux/harness.ts'
import { median, renderTable, type Row } from './table.ts'

// From the apply of a pod, whose image is there, until a watch shows it Running; against the three calls that a runtime
// cannot be spared, on the same containerd in turn. `node bench/pod.ts KUBECONFIG` measures another Kubernetes, alone.

const RUNS = 15
const WARM_UPS = 3
const IMAGE = 'nginx'

const name = (i: number) => ({ name: `bench-${i + WARM_UPS}`, namespace: 'default' })

const podOf = (i: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: name(i),
  spec: {
    containers: [{ name: 'main', image: IMAGE, imagePullPolicy: 'IfNotPresent' }],
    terminationGracePeriodSeconds: 0,
  },
})

/** Milliseconds from the request to the moment when the watch shows Running. */
async function applied(api: Api, i: number): Promise<number> {
  const stop = new AbortController()
  const options = { namespace: 'default', fieldSelector: `metadata.name=${name(i).name}`, signal: stop.signal }
  const { metadata } = await api(Pod).list(options)
  const began = systemClock.monotonic()
  const sent = api(Pod).patch(name(i), podOf(i), { type: 'apply', fieldManager: 'bench' })
  try {
    for await (const { object } of api(Pod).watch({ ...options, resourceVersion: metadata.resourceVersion })) {
      if (object.status.phase === 'Running') return systemClock.monotonic() - began
    }
    throw new Error('the watch ended before the pod ran')
  } finally {
    stop.abort()
    await sent
  }
}

/** Deletes the pod, and waits until it is gone. */
async function deleted(api: Api, i: number): Promise<void> {
  const stop = new AbortController()
  const options = { namespace: 'default', fieldSelector: `metadata.name=${name(i).name}`, signal: stop.signal }
  const { metadata } = await api(Pod).list(options)
  await api(Pod).delete(name(i), { gracePeriodSeconds: 0 })
  try {
    for await (const { type } of api(Pod).watch({ ...options, resourceVersion: metadata.resourceVersion })) {
      if (type === 'DELETED') return
    }
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error
  } finally {
    stop.abort()
  }
}

/** Milliseconds that the calls themselves take, in the same places where the cluster's pods are. */
async function bare(cri: Cri, { name: cluster, dataDir }: Layout, image: string, i: number): Promise<number> {
  const namespaceOptions = { network: 'POD', pid: 'CONTAINER', ipc: 'POD' } as const
  const common = { labels: {}, annotations: {} }
  const sandbox: PodSandboxConfig = {
    ...common,
    metadata: { name: `bare-${i}`, namespace: 'default', uid: `bare-${i}`, attempt: 0 },
    hostname: `bare-${i}`,
    logDirectory: join(dataDir, 'bench'),
    linux: { cgroupParent: `/${cluster}`, securityContext: { namespaceOptions } },
  }
  const metadata = { name: 'main', attempt: 0 }
  const container: ContainerConfig = {
    ...common,
    ...{ metadata, image: { image }, envs: [], mounts: [], logPath: `${i}.log`, linux: {} },
  }
  const began = systemClock.monotonic()
  const id = await cri.runPodSandbox(sandbox)
  const containerId = await cri.createContainer(id, container, sandbox)
  await cri.startContainer(containerId)
  const took = systemClock.monotonic() - began
  await cri.stopContainer(containerId, 0)
  await cri.stopPodSandbox(id)
  await cri.removePodSandbox(id)
  return took
}

/** Client and server as a kubeconfig with certificates in it has them. */
function apiOf(kubeconfig: string): Api {
  const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8'))
  const text = (base64: string) => Buffer.from(base64, 'base64').toString()
  const [{ cluster }, { user }] = [clusters[0], users[0]]
  const ca = text(cluster['certificate-authority-data'])
  const [cert, key] = [text(user['client-certificate-data']), text(user['client-key-data'])]
  return createApi(httpsTransport({ server: cluster.server, ca, cert, key }), { userAgent: 'bench' })
}

/** The first times, of which one pulls the image, do not count. `other` is timed in turn. */
async function measure(api: Api, other?: (i: number) => Promise<number>): Promise<{ pods: number; others: number }> {
  const [pods, others]: [number[], number[]] = [[], []]
  for (let i = -WARM_UPS; i < RUNS; i++) {
    const took = await applied(api, i)
    await deleted(api, i)
    if (i < 0) continue
    pods.push(took)
    if (other) others.push(await other(i))
  }
  return { pods: median(pods), others: median(others) }
}

/** The rows of this measurement. */
export async function podRows(): Promise<Row[]> {
  await using cluster = await linuxCluster()
  const layout = layoutOf(cluster.dataDir)
  const cri = criClient(layout.containerd.socket)
  try {
    const image = (i: number) => bare(cri, layout, `docker.io/library/${IMAGE}:latest`, i)
    const { pods, others } = await measure(apiOf(cluster.kubeconfig), image)
    const meaning = 'RunPodSandbox, CreateContainer and StartContainer on the same containerd'
    return [
      {
        what: 'a pod applied until it is Running, its image present',
        measured: pods,
        against: others,
        meaning,
        unit: 'ms',
      },
    ]
  } finally {
    cri.close()
  }
}

if (import.meta.main) {
  const [kubeconfig] = process.argv.slice(2)
  if (kubeconfig) console.log(`applied until Running: ${Math.round((await measure(apiOf(kubeconfig))).pods)} ms`)
  else console.log(renderTable(await podRows()))
}
