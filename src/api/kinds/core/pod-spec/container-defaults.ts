import type { AnyContainer } from './types.ts'

/** What every container gets, whichever of the three lists it stands in. */
export function defaultContainer(container: AnyContainer): void {
  container.imagePullPolicy ||= defaultPullPolicy(container.image)
  container.terminationMessagePath ||= '/dev/termination-log'
  container.terminationMessagePolicy ||= 'File'
  container.resources ??= {}
  for (const port of container.ports ?? []) port.protocol ||= 'TCP'
  defaultVariables(container.env)
  defaultProbe(container.livenessProbe)
  defaultProbe(container.readinessProbe)
  defaultProbe(container.startupProbe)
  defaultHttpGet(container.lifecycle?.postStart?.httpGet)
  defaultHttpGet(container.lifecycle?.preStop?.httpGet)
}

/** What environment variables get that take their value from somewhere. */
export function defaultVariables(variables: AnyContainer['env'] = []): void {
  for (const { valueFrom } of variables) {
    if (valueFrom?.fieldRef) valueFrom.fieldRef.apiVersion ||= 'v1'
    if (valueFrom?.fileKeyRef) valueFrom.fileKeyRef.optional ??= false
  }
}

/** The tag `latest`, given or implied, moves; every other reference stays what it is. */
export function defaultPullPolicy(image = ''): 'Always' | 'IfNotPresent' {
  return imageTag(image) === 'latest' ? 'Always' : 'IfNotPresent'
}

/** The tag of an image reference; `latest` when it has neither tag nor digest, and empty when it is no reference. */
function imageTag(image: string): string {
  const match = REFERENCE.exec(image)
  if (!match) return ''
  const { tag, digest } = match.groups ?? {}
  return tag ?? (digest ? '' : 'latest')
}

/** distribution/reference's grammar, as far as it tells the parts: `host:port/path/name:tag@algorithm:hex`. */
const REFERENCE =
  /^(?:(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::[0-9]+)?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9+._-]*:[0-9a-fA-F]{32,}))?$/

type Probe = NonNullable<AnyContainer['livenessProbe']>

function defaultProbe(probe: Probe | undefined): void {
  if (!probe) return
  probe.timeoutSeconds ||= 1
  probe.periodSeconds ||= 10
  probe.successThreshold ||= 1
  probe.failureThreshold ||= 3
  defaultHttpGet(probe.httpGet)
  if (probe.grpc) probe.grpc.service ??= ''
}

function defaultHttpGet(action: Probe['httpGet']): void {
  if (!action) return
  action.path ||= '/'
  action.scheme ||= 'HTTP'
}
