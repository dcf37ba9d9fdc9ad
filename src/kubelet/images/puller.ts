import type { Pod } from '../../api/kinds/core/pod.ts'
import type { Secret } from '../../api/kinds/core/secret.ts'
import type { Env } from '../../std/env.ts'
import { rpcMessage } from '../cri/client.ts'
import type { AuthConfig, Cri, Image, PodSandboxConfig } from '../cri/types.ts'
import { containerEvents, type ContainerEvents, type KubeletEvents } from '../events.ts'
import type { Container } from '../pod-spec.ts'
import { semaphore } from '../semaphore.ts'
import { StartError } from '../start-error.ts'
import { goDuration } from './go-duration.ts'
import { withDefaultTag } from './image-name.ts'
import { secretCredentials } from './pull-secrets.ts'

const BACK_OFF_MS = 10_000
const BACK_OFF_MAX_MS = 5 * 60_000
/** A pull that failed is seen as ErrImagePull for this long before it is ImagePullBackOff. */
const SHOW_FAILURE_MS = 1000
const PARALLEL_PULLS = 5

export interface PullRequest {
  pod: Pod
  container: Container
  secrets: readonly Secret[]
  sandbox: PodSandboxConfig
  signal?: AbortSignal
}

export interface ImagePuller {
  /** The image of a container, pulled if its policy says so. Throws StartError when it is not to be had. */
  ensure(request: PullRequest): Promise<Image>
  /** Forgets what failed for a pod. */
  forget(podUid: string): void
}

/** An image as the pod names it, and with the tag that this means. */
interface Wanted {
  requested: string
  image: string
}

interface FailedPull {
  backOffMs: number
  failedAtMs: number
  /** `ErrImagePull: …` */
  why: string
}

export interface PullerOptions {
  env: Env
  cri: Cri
  events: KubeletEvents
  /** Credentials of the node for an image. */
  authFor?: (image: string) => AuthConfig | undefined
}

export function imagePuller(options: PullerOptions): ImagePuller {
  return new Puller(options)
}

class Puller implements ImagePuller {
  private readonly options: PullerOptions
  /** By pod and image. */
  private readonly failed = new Map<string, FailedPull>()
  private readonly limited = semaphore(PARALLEL_PULLS)

  constructor(options: PullerOptions) {
    this.options = options
  }

  forget(podUid: string): void {
    for (const key of this.failed.keys()) if (key.startsWith(`${podUid}_`)) this.failed.delete(key)
  }

  async ensure(request: PullRequest): Promise<Image> {
    const { pod, container } = request
    const events = containerEvents(this.options.events, pod, container.name)
    const requested = container.image ?? ''
    const image = this.checkedName(requested, events)
    const policy = container.imagePullPolicy ?? 'IfNotPresent'
    const present = policy === 'Always' ? undefined : await this.inspect(image, events)
    if (present) {
      events.normal('Pulled', alreadyPresent(requested))
      return present
    }
    if (policy === 'Never') {
      const message = `Container image ${JSON.stringify(requested)} is not present with pull policy of Never`
      events.warning('ErrImageNeverPull', message)
      throw new StartError('ErrImageNeverPull', message)
    }
    return this.pull(request, { image, requested }, events)
  }

  private checkedName(requested: string, events: ContainerEvents): string {
    try {
      return withDefaultTag(requested)
    } catch (error) {
      const message = `Failed to apply default image tag ${JSON.stringify(requested)}: ${rpcMessage(error)}`
      events.warning('InspectFailed', message)
      throw new StartError('InvalidImageName', message)
    }
  }

  private async inspect(image: string, events: ContainerEvents): Promise<Image | undefined> {
    try {
      return await this.options.cri.imageStatus({ image })
    } catch (error) {
      const message = `Failed to inspect image ${JSON.stringify(image)}: ${rpcMessage(error)}`
      events.warning('InspectFailed', message)
      throw new StartError('ImageInspectError', message)
    }
  }

  private async pull(request: PullRequest, { image, requested }: Wanted, events: ContainerEvents): Promise<Image> {
    const { clock } = this.options.env
    const key = `${request.pod.metadata.uid}_${requested}`
    this.checkBackOff(key, requested, events)
    events.normal('Pulling', `Pulling image ${JSON.stringify(requested)}`)
    const askedAt = clock.monotonic()
    try {
      const { pulled, tookMs } = await this.limited(() => this.pullTimed(request, image), request.signal)
      this.failed.delete(key)
      const waited = goDuration(clock.monotonic() - askedAt)
      const took = `${goDuration(tookMs)} (${waited} including waiting)`
      events.normal(
        'Pulled',
        `Successfully pulled image ${JSON.stringify(requested)} in ${took}. Image size: ${pulled.size} bytes.`,
      )
      return pulled
    } catch (error) {
      if (request.signal?.aborted) throw error
      throw this.failure(key, requested, rpcMessage(error), events)
    }
  }

  private checkBackOff(key: string, image: string, events: ContainerEvents): void {
    const failed = this.failed.get(key)
    if (!failed) return
    const retryAtMs = failed.failedAtMs + failed.backOffMs
    if (retryAtMs <= this.options.env.clock.now()) return
    const message = `Back-off pulling image ${JSON.stringify(image)}`
    events.normal('BackOff', message)
    throw new StartError('ImagePullBackOff', `${message}: ${failed.why}`, { retryAtMs })
  }

  private failure(key: string, image: string, why: string, events: ContainerEvents): StartError {
    const now = this.options.env.clock.now()
    const before = this.failed.get(key)
    const fresh = !before || now - before.failedAtMs > 2 * BACK_OFF_MAX_MS
    const backOffMs = fresh ? BACK_OFF_MS : Math.min(before.backOffMs * 2, BACK_OFF_MAX_MS)
    events.warning('Failed', `Failed to pull image ${JSON.stringify(image)}: ${why}`)
    this.failed.set(key, { backOffMs, failedAtMs: now, why: `ErrImagePull: ${why}` })
    return new StartError('ErrImagePull', why, { retryAtMs: now + SHOW_FAILURE_MS })
  }

  /** With the first credentials that work: the pod's own, then the node's, or none where there are none. */
  private async pullTimed(
    { pod, secrets, sandbox, signal }: PullRequest,
    image: string,
  ): Promise<{ pulled: Image; tookMs: number }> {
    const { env, cri, authFor } = this.options
    const startedAt = env.clock.monotonic()
    const ofNode = authFor?.(image)
    const credentials = [...secretCredentials(secrets, image), ...(ofNode ? [ofNode] : [])]
    const spec = { image, annotations: pod.metadata.annotations ?? {} }
    const errors: unknown[] = []
    for (const auth of credentials.length > 0 ? credentials : [undefined]) {
      try {
        const ref = await cri.pullImage(spec, auth, sandbox, signal && { signal })
        const pulled = await cri.imageStatus({ image: ref })
        if (!pulled) throw new Error(`image ${JSON.stringify(ref)} is not there after it was pulled`)
        return { pulled, tookMs: env.clock.monotonic() - startedAt }
      } catch (error) {
        if (signal?.aborted) throw error
        errors.push(error)
      }
    }
    if (errors.length === 1) throw errors[0]
    throw new Error(`[${[...new Set(errors.map(rpcMessage))].join(', ')}]`)
  }
}

const alreadyPresent = (image: string) =>
  `Container image ${JSON.stringify(image)} already present on machine and can be accessed by the pod`
