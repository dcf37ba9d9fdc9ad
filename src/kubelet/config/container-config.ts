import type { Pod } from '../../api/kinds/core/pod.ts'
import type { ContainerConfig, CriMount } from '../cri/types.ts'
import { containerAnnotations, containerLabels } from '../labels.ts'
import { logPath } from '../paths.ts'
import type { Container } from '../pod-spec.ts'
import { expand } from './expand.ts'
import { containerResources } from './resources.ts'
import { containerSecurityContext, type ImageUser } from './security-context.ts'

export interface ContainerInput {
  restartCount: number
  backOffMs: number
  /** The image as the runtime names it once it is there. */
  imageRef: string
  imageUser: ImageUser
  env: ReadonlyMap<string, string>
  mounts: readonly CriMount[]
  memoryCapacityBytes: number
}

/** What the runtime is told to make of a container. */
export function containerConfig(pod: Pod, container: Container, input: ContainerInput): ContainerConfig {
  const { restartCount, imageRef, env } = input
  const expanded = (texts: readonly string[] = []) => texts.map((text) => expand(text, (name) => env.get(name)))
  return {
    metadata: { name: container.name, attempt: restartCount },
    image: { image: imageRef, userSpecifiedImage: container.image ?? '' },
    command: expanded(container.command),
    args: expanded(container.args),
    workingDir: container.workingDir ?? '',
    envs: [...env].map(([key, value]) => ({ key, value: Buffer.from(value) })),
    mounts: [...input.mounts],
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(pod, container, input),
    logPath: logPath(container.name, restartCount),
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    linux: {
      resources: containerResources(pod, container, input.memoryCapacityBytes),
      securityContext: containerSecurityContext(pod, container, input.imageUser),
    },
  }
}
