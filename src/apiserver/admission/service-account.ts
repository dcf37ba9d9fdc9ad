import { Pod } from '../../api/kinds/core/pod.ts'
import { ServiceAccount } from '../../api/kinds/core/service-account.ts'
import type { ObjectRef } from '../../api/meta.ts'
import type { Clock } from '../../std/clock.ts'
import type { Env } from '../../std/env.ts'
import type { Store } from '../../store/store.ts'
import { podReferences } from '../authz/node/pod-references.ts'
import { keyFor, lookup } from '../context.ts'
import { isEnforcing, unmountableEphemeral, unmountableSecret } from './mountable-secrets.ts'
import { type AdmissionPlugin, type AdmissionRequest, refused } from './plugin.ts'
import { mountToken } from './token-volume.ts'

const DEFAULT = 'default'

/** How long a new namespace may take to get its default account. */
const DEFAULT_WAIT_MS = 1500

/** The kubelet's own pods, shown in the API: they speak to nobody. */
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'

/** Every pod runs as a service account that exists, as `default` when it names none, and gets a token of it. */
export function serviceAccount(store: Store, { clock, random }: Env): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    operations: ['CREATE', 'UPDATE'],

    async admit(request) {
      const pod = newPod(request)
      if (!pod) return
      if (isMirror(pod)) return checkMirror(request, pod)
      pod.spec.serviceAccountName ||= DEFAULT
      // The old name of the field, kept in step with the new one.
      pod.spec.serviceAccount = pod.spec.serviceAccountName
      const account = await accountOf(store, clock, request, pod.spec.serviceAccountName)
      mountToken(pod, account, random)
      const { imagePullSecrets = [] } = account
      if (!pod.spec.imagePullSecrets?.length && imagePullSecrets.length) {
        pod.spec.imagePullSecrets = imagePullSecrets.map(({ name }) => ({ ...(name && { name }) }))
      }
    },

    async validate(request) {
      const pod = newPod(request)
      if (pod && isMirror(pod)) return checkMirror(request, pod)
      const changed = pod ?? withEphemeral(request)
      if (!changed) return
      const account = await accountOf(store, clock, request, changed.spec.serviceAccountName ?? DEFAULT)
      const unmountable = pod ? unmountableSecret : unmountableEphemeral
      const why = isEnforcing(account) && unmountable(changed, account)
      if (why) throw refused(request, why)
    },
  }
}

function isOfPods({ kind }: AdmissionRequest): boolean {
  return kind.plural === Pod.plural && kind.group === ''
}

function newPod(request: AdmissionRequest): Pod | undefined {
  const isNew = isOfPods(request) && request.operation === 'CREATE' && request.subresource === ''
  return isNew ? (request.object as unknown as Pod) : undefined
}

/** A pod that gets more ephemeral containers. */
function withEphemeral(request: AdmissionRequest): Pod | undefined {
  const isChanged = isOfPods(request) && request.subresource === 'ephemeralcontainers'
  return isChanged ? (request.object as unknown as Pod) : undefined
}

function checkMirror(request: AdmissionRequest, pod: Pod): void {
  if (pod.spec.serviceAccountName) throw refused(request, 'a mirror pod may not reference service accounts')
  if (podReferences(pod).secrets.length) throw refused(request, 'a mirror pod may not reference secrets')
  const sources = (pod.spec.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? [])
  if (sources.some(({ serviceAccountToken }) => serviceAccountToken)) {
    throw refused(request, 'a mirror pod may not use ServiceAccountToken volume projections')
  }
}

function isMirror({ metadata }: Pod): boolean {
  return metadata.annotations?.[MIRROR_ANNOTATION] !== undefined
}

async function accountOf(store: Store, clock: Clock, request: AdmissionRequest, name: string): Promise<ServiceAccount> {
  const ref = { namespace: request.namespace, name }
  const found = lookup(store, ServiceAccount, ref) ?? (name === DEFAULT ? await awaited(store, clock, ref) : undefined)
  if (found) return found
  const what = `${ref.namespace}/${name}`
  throw refused(request, `error looking up service account ${what}: serviceaccount ${JSON.stringify(name)} not found`)
}

/** The account as soon as it is made, if that is soon. */
async function awaited(store: Store, clock: Clock, ref: Required<ObjectRef>): Promise<ServiceAccount | undefined> {
  const watch = store.watch(keyFor(ServiceAccount, ref.namespace, ref.name))
  const timer = clock.after(DEFAULT_WAIT_MS, () => watch.close())
  try {
    for await (const _ of watch) break
    return lookup(store, ServiceAccount, ref)
  } finally {
    timer.cancel()
    watch.close()
  }
}
