import type { GrpcCallOptions } from '../../os/grpc.ts'

/** The messages of `runtime.proto`, as they come from the wire: a message that is not set is null. */

export type Labels = Record<string, string>

export interface PodSandboxMetadata {
  name: string
  namespace: string
  uid: string
  attempt: number
}

export interface DnsConfig {
  servers: string[]
  searches: string[]
  options: string[]
}

export interface PortMapping {
  protocol: 'TCP' | 'UDP' | 'SCTP'
  containerPort: number
  hostPort: number
  hostIp: string
}

export type NamespaceMode = 'POD' | 'CONTAINER' | 'NODE' | 'TARGET'

export interface NamespaceOption {
  network: NamespaceMode
  pid: NamespaceMode
  ipc: NamespaceMode
  targetId?: string
}

export interface SecurityProfile {
  profileType: 'RuntimeDefault' | 'Unconfined' | 'Localhost'
  localhostRef?: string
}

export interface SelinuxOption {
  user?: string
  role?: string
  type?: string
  level?: string
}

/** What the security contexts of a sandbox and of a container have in common. */
interface SecurityContext {
  namespaceOptions?: NamespaceOption
  selinuxOptions?: SelinuxOption
  runAsUser?: { value: number }
  runAsGroup?: { value: number }
  readonlyRootfs?: boolean
  supplementalGroups?: number[]
  supplementalGroupsPolicy?: 'Merge' | 'Strict'
  privileged?: boolean
  seccomp?: SecurityProfile
  apparmor?: SecurityProfile
}

export type SandboxSecurityContext = SecurityContext

export interface ContainerSecurityContext extends SecurityContext {
  capabilities?: { addCapabilities: string[]; dropCapabilities: string[] }
  runAsUsername?: string
  noNewPrivs?: boolean
  maskedPaths?: string[]
  readonlyPaths?: string[]
}

export interface LinuxResources {
  cpuPeriod?: number
  cpuQuota?: number
  cpuShares?: number
  memoryLimitInBytes?: number
  oomScoreAdj?: number
  cpusetCpus?: string
  cpusetMems?: string
  hugepageLimits?: { pageSize: string; limit: number }[]
  unified?: Labels
  memorySwapLimitInBytes?: number
}

export interface PodSandboxConfig {
  metadata: PodSandboxMetadata
  hostname?: string
  logDirectory: string
  dnsConfig?: DnsConfig
  portMappings?: PortMapping[]
  labels: Labels
  annotations: Labels
  linux: {
    cgroupParent?: string
    securityContext?: SandboxSecurityContext
    sysctls?: Labels
    overhead?: LinuxResources
    resources?: LinuxResources
  }
}

export type PodSandboxState = 'SANDBOX_READY' | 'SANDBOX_NOTREADY'

export interface PodSandbox {
  id: string
  metadata: PodSandboxMetadata
  state: PodSandboxState
  /** Nanoseconds since 1970, here and in all that follows; what is finer than a microsecond is lost. */
  createdAt: number
  labels: Labels
  annotations: Labels
}

export interface PodSandboxStatus extends PodSandbox {
  network: { ip: string; additionalIps: { ip: string }[] } | null
  linux: { namespaces: { options: NamespaceOption | null } | null } | null
}

export interface CriMount {
  containerPath: string
  hostPath: string
  readonly?: boolean
  selinuxRelabel?: boolean
  propagation?: 'PROPAGATION_PRIVATE' | 'PROPAGATION_HOST_TO_CONTAINER' | 'PROPAGATION_BIDIRECTIONAL'
  recursiveReadOnly?: boolean
}

export interface ImageSpec {
  image: string
  annotations?: Labels
  userSpecifiedImage?: string
}

export interface ContainerMetadata {
  name: string
  attempt: number
}

export interface ContainerConfig {
  metadata: ContainerMetadata
  image: ImageSpec
  command?: string[]
  args?: string[]
  workingDir?: string
  envs: { key: string; value: Uint8Array }[]
  mounts: CriMount[]
  labels: Labels
  annotations: Labels
  logPath: string
  stdin?: boolean
  stdinOnce?: boolean
  tty?: boolean
  linux: { resources?: LinuxResources; securityContext?: ContainerSecurityContext }
}

export type ContainerState = 'CONTAINER_CREATED' | 'CONTAINER_RUNNING' | 'CONTAINER_EXITED' | 'CONTAINER_UNKNOWN'

export interface Container {
  id: string
  podSandboxId: string
  metadata: ContainerMetadata
  image: ImageSpec | null
  imageRef: string
  imageId: string
  state: ContainerState
  createdAt: number
  labels: Labels
  annotations: Labels
}

export interface ContainerStatus {
  id: string
  metadata: ContainerMetadata
  state: ContainerState
  createdAt: number
  startedAt: number
  finishedAt: number
  exitCode: number
  image: ImageSpec | null
  imageRef: string
  imageId: string
  reason: string
  message: string
  labels: Labels
  annotations: Labels
  mounts: CriMount[]
  logPath: string
  resources: { linux: LinuxResources | null } | null
  user: { linux: { uid: number; gid: number; supplementalGroups: number[] } | null } | null
}

export interface Image {
  id: string
  repoTags: string[]
  repoDigests: string[]
  size: number
  uid: { value: number } | null
  username: string
  pinned: boolean
}

export interface AuthConfig {
  username?: string
  password?: string
  auth?: string
  serverAddress?: string
  identityToken?: string
  registryToken?: string
}

export interface ExecSyncResponse {
  stdout: Uint8Array
  stderr: Uint8Array
  exitCode: number
}

export interface ExecRequest {
  containerId: string
  cmd: readonly string[]
  tty: boolean
  stdin: boolean
  stdout: boolean
  stderr: boolean
}

export interface ContainerStats {
  attributes: { id: string; metadata: ContainerMetadata; labels: Labels; annotations: Labels }
  cpu: { timestamp: number; usageCoreNanoSeconds: { value: number } | null } | null
  memory: { timestamp: number; workingSetBytes: { value: number } | null } | null
  writableLayer: FilesystemUsage | null
}

export interface FilesystemUsage {
  timestamp: number
  fsId: { mountpoint: string } | null
  usedBytes: { value: number } | null
  inodesUsed: { value: number } | null
}

export interface RuntimeCondition {
  type: string
  status: boolean
  reason: string
  message: string
}

export interface RuntimeStatusResponse {
  status: { conditions: RuntimeCondition[] } | null
  info: Labels
  runtimeHandlers: { name: string; features: { recursiveReadOnlyMounts: boolean; userNamespaces: boolean } | null }[]
}

export interface PodSandboxFilter {
  id?: string
  state?: { state: PodSandboxState }
  labelSelector?: Labels
}

export interface ContainerFilter {
  id?: string
  state?: { state: ContainerState }
  podSandboxId?: string
  labelSelector?: Labels
}

/** Something happened to the container or the sandbox of this id. Which pod that is, is left to the one who listens. */
export interface RuntimeEvent {
  id: string
}

type Options = GrpcCallOptions

/** A container runtime. Calls reject with a GrpcError; stopping and removing what is not there succeeds. */
export interface Cri {
  version(options?: Options): Promise<{ runtimeName: string; runtimeVersion: string; runtimeApiVersion: string }>
  status(options?: Options): Promise<RuntimeStatusResponse>
  updateRuntimeConfig(podCidr: string, options?: Options): Promise<void>

  runPodSandbox(config: PodSandboxConfig, runtimeHandler?: string, options?: Options): Promise<string>
  stopPodSandbox(id: string, options?: Options): Promise<void>
  removePodSandbox(id: string, options?: Options): Promise<void>
  podSandboxStatus(id: string, options?: Options): Promise<PodSandboxStatus>
  listPodSandbox(filter?: PodSandboxFilter, options?: Options): Promise<PodSandbox[]>

  createContainer(
    sandboxId: string,
    config: ContainerConfig,
    sandboxConfig: PodSandboxConfig,
    options?: Options,
  ): Promise<string>
  startContainer(id: string, options?: Options): Promise<void>
  /** Asks the container to end, and kills it `graceSeconds` later. Resolves when it has ended. */
  stopContainer(id: string, graceSeconds: number, options?: Options): Promise<void>
  removeContainer(id: string, options?: Options): Promise<void>
  listContainers(filter?: ContainerFilter, options?: Options): Promise<Container[]>
  containerStatus(id: string, options?: Options): Promise<ContainerStatus>
  updateContainerResources(id: string, resources: LinuxResources, options?: Options): Promise<void>
  reopenContainerLog(id: string, options?: Options): Promise<void>

  /** Runs a command to its end; `timeoutSeconds` of 0 is no limit. */
  execSync(id: string, command: readonly string[], timeoutSeconds: number, options?: Options): Promise<ExecSyncResponse>
  /** The URL of the runtime's streaming server at which the command waits, here and in the two that follow. */
  exec(request: ExecRequest, options?: Options): Promise<string>
  attach(request: Omit<ExecRequest, 'cmd'>, options?: Options): Promise<string>
  portForward(sandboxId: string, ports: readonly number[], options?: Options): Promise<string>

  containerStats(id: string, options?: Options): Promise<ContainerStats>
  listContainerStats(options?: Options): Promise<ContainerStats[]>

  pullImage(image: ImageSpec, auth?: AuthConfig, sandbox?: PodSandboxConfig, options?: Options): Promise<string>
  listImages(options?: Options): Promise<Image[]>
  /** `undefined` when the image is not there. */
  imageStatus(image: ImageSpec, options?: Options): Promise<Image | undefined>
  removeImage(image: ImageSpec, options?: Options): Promise<void>
  imageFsInfo(options?: Options): Promise<FilesystemUsage[]>

  /** What happens from now on, as it happens. Rejects with UNIMPLEMENTED when the runtime cannot tell. */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>
  close(): void
}
