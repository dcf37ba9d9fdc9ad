import type { IContainer } from 'kubernetes-models/v1/Container'
import type { Pod } from '../../api/kinds/core/pod.ts'
import type { ServiceAccount } from '../../api/kinds/core/service-account.ts'

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets'
/** What Go reads as true. */
const TRUE = /^(1|t|T|true|TRUE|True)$/

/** Whether pods of the account may use only the secrets that it lists. */
export function isEnforcing({ metadata }: ServiceAccount): boolean {
  return TRUE.test(metadata.annotations?.[ENFORCE] ?? '')
}

/** Why the pod may not use a secret that it names, if so. */
export function unmountableSecret({ spec }: Pod, account: ServiceAccount): string | undefined {
  const allowed = namesOf(account.secrets)
  const problems = (spec.volumes ?? []).flatMap(({ secret }) =>
    secret && !allowed.has(secret.secretName ?? '')
      ? [`volume with secret.secretName="${secret.secretName}" ${notReferenced(account)}`]
      : [],
  )
  const pulls = namesOf(account.imagePullSecrets)
  const pullProblems = (spec.imagePullSecrets ?? []).flatMap(({ name }, i) =>
    pulls.has(name ?? '')
      ? []
      : [
          `imagePullSecrets[${i}].name="${name}" is not allowed because service account ${account.metadata.name} does not reference that imagePullSecret`,
        ],
  )
  return [
    ...problems,
    ...containerProblems('init container', spec.initContainers, account),
    ...containerProblems('container', spec.containers, account),
    ...pullProblems,
  ][0]
}

/** The same for containers that are added to a running pod. */
export function unmountableEphemeral({ spec }: Pod, account: ServiceAccount): string | undefined {
  return containerProblems('ephemeral container', spec.ephemeralContainers, account)[0]
}

function containerProblems(what: string, containers: readonly IContainer[] = [], account: ServiceAccount): string[] {
  const allowed = namesOf(account.secrets)
  return containers.flatMap(({ name, env = [], envFrom = [] }) => [
    ...env.flatMap((variable) => {
      const secret = variable.valueFrom?.secretKeyRef?.name
      if (secret === undefined || allowed.has(secret)) return []
      const which = `${what} ${name} with envVar ${variable.name} referencing`
      return [`${which} secret.secretName="${secret}" ${notReferenced(account)}`]
    }),
    ...envFrom.flatMap(({ secretRef }) => {
      if (!secretRef || allowed.has(secretRef.name ?? '')) return []
      return [
        `${what} ${name} with envFrom referencing secret.secretName="${secretRef.name}" ${notReferenced(account)}`,
      ]
    }),
  ])
}

function notReferenced({ metadata: { name } }: ServiceAccount): string {
  return `is not allowed because service account ${name} does not reference that secret`
}

function namesOf(references: readonly { name?: string }[] = []): ReadonlySet<string> {
  return new Set(references.map(({ name = '' }) => name))
}
