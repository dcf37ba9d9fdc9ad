import type { IEnvVar } from 'kubernetes-models/v1/EnvVar'
import type { ConfigMap } from '../../api/kinds/core/config-map.ts'
import type { Pod } from '../../api/kinds/core/pod.ts'
import type { Secret } from '../../api/kinds/core/secret.ts'
import type { Container } from '../pod-spec.ts'
import { fieldValue, type NodeFacts, resourceFieldValue } from './downward-api.ts'
import { expand } from './expand.ts'

/** The objects that a container's environment is read from; `undefined` when there is no such object. */
export interface EnvSources {
  configMap(name: string): Promise<ConfigMap | undefined>
  secret(name: string): Promise<Secret | undefined>
}

/** The environment cannot be made: the container waits with CreateContainerConfigError. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

export interface EnvInput {
  pod: Pod
  container: Container
  /** Variables that tell where services are. They give way to the container's own. */
  services: ReadonlyMap<string, string>
  sources: EnvSources
  node: NodeFacts
}

/** A container's variables, each once, in the order in which they were first named. */
export async function environment(input: EnvInput): Promise<Map<string, string>> {
  const { container, services } = input
  const env = new Map<string, string>()
  for (const from of container.envFrom ?? []) {
    for (const [key, value] of await valuesFrom(input, from)) env.set(`${from.prefix ?? ''}${key}`, value)
  }
  for (const variable of container.env ?? []) {
    const known = (name: string) => env.get(name) ?? services.get(name)
    const value = variable.value ? expand(variable.value, known) : await valueFrom(input, variable)
    if (value !== undefined) env.set(variable.name, value)
  }
  for (const [name, value] of services) if (!env.has(name)) env.set(name, value)
  return env
}

async function valuesFrom({ sources }: EnvInput, from: NonNullable<Container['envFrom']>[number]) {
  const { configMapRef, secretRef } = from
  if (configMapRef) {
    const found = await sources.configMap(configMapRef.name ?? '')
    if (!found && !configMapRef.optional) throw missing('configmap', configMapRef.name)
    return Object.entries(found?.data ?? {})
  }
  if (!secretRef) return []
  const found = await sources.secret(secretRef.name ?? '')
  if (!found && !secretRef.optional) throw missing('secret', secretRef.name)
  return Object.entries(found?.data ?? {}).map(([key, value]) => [key, decode(value)] as const)
}

const missing = (what: string, name = '') => new ConfigError(`${what} "${name}" not found`)

const decode = (base64: string) => Buffer.from(base64, 'base64').toString('utf8')

/** The value of a variable that takes it from elsewhere; `undefined` when that is optional and not there. */
async function valueFrom({ pod, container, sources, node }: EnvInput, variable: IEnvVar): Promise<string | undefined> {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = variable.valueFrom ?? {}
  if (fieldRef) return fieldValue(pod, fieldRef.fieldPath, node)
  if (resourceFieldRef) return resourceFieldValue(pod, resourceFieldRef, container, node)
  const namespace = pod.metadata.namespace ?? ''
  if (configMapKeyRef) {
    const { name = '', key, optional } = configMapKeyRef
    const found = await sources.configMap(name)
    const value = found?.data?.[key]
    if (value !== undefined || optional) return value
    throw found
      ? new ConfigError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`)
      : missing('configmap', name)
  }
  if (secretKeyRef) {
    const { name = '', key, optional } = secretKeyRef
    const found = await sources.secret(name)
    const value = found?.data?.[key]
    if (value !== undefined) return decode(value)
    if (optional) return undefined
    throw found ? new ConfigError(`couldn't find key ${key} in Secret ${namespace}/${name}`) : missing('secret', name)
  }
  return ''
}
