import type { IPod } from 'kubernetes-models/v1/Pod'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import type { Report } from '../../report.ts'
import { validatePodAnnotations } from './pod-spec/annotations.ts'
import { columns } from './pod/columns.ts'
import { qosClass } from './pod/qos.ts'
import { keepStatus, validatePodStatusUpdate } from './pod/status.ts'
import { validatePodUpdate } from './pod/update.ts'
import { validateImageSpaces } from './pod-spec/containers.ts'
import { defaultOwnPodSpec, defaultPodSpec } from './pod-spec/defaults.ts'
import { applyMatchLabelKeys } from './pod-spec/match-label-keys.ts'
import { validatePodSpec } from './pod-spec/validate.ts'
import { warnOfPod } from './pod-spec/warnings.ts'
import { warnOfIp } from '../ip-warnings.ts'
import { warnOfName } from '../workload-warnings.ts'

export type Pod = Served<IPod>

export const Pod = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  scope: 'Namespaced',
  status: true,
  returnDeletedObject: true,
  subresources: [
    { name: 'attach', speaks: { group: '', version: 'v1', kind: 'PodAttachOptions' }, verbs: ['create', 'get'] },
    { name: 'binding', speaks: { group: '', version: 'v1', kind: 'Binding' }, verbs: ['create'] },
    { name: 'ephemeralcontainers', verbs: ['get', 'patch', 'update'] },
    { name: 'eviction', speaks: { group: 'policy', version: 'v1', kind: 'Eviction' }, verbs: ['create'] },
    { name: 'exec', speaks: { group: '', version: 'v1', kind: 'PodExecOptions' }, verbs: ['create', 'get'] },
    { name: 'log', verbs: ['get'] },
    {
      name: 'portforward',
      speaks: { group: '', version: 'v1', kind: 'PodPortForwardOptions' },
      verbs: ['create', 'get'],
    },
    {
      name: 'proxy',
      speaks: { group: '', version: 'v1', kind: 'PodProxyOptions' },
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
    },
    { name: 'resize', verbs: ['get', 'patch', 'update'] },
  ],
  columns,
  fieldSelectors: {
    'spec.hostNetwork': ({ spec }) => String(spec.hostNetwork ?? false),
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName ?? '',
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
    'status.phase': ({ status }) => status?.phase ?? '',
    'status.podIP': ({ status }) => status?.podIPs?.[0]?.ip ?? '',
    'status.podIPs': ({ status }) => (status?.podIPs ?? []).map(({ ip }) => ip).join(','),
  },
  gracePeriodSeconds,

  defaults(pod) {
    pod.spec ??= { containers: [] }
    if (pod.status) mirrorAddress(pod.status)
    defaultOwnPodSpec(pod.spec)
    defaultPodSpec(pod.spec)
  },

  prepareCreate(pod) {
    pod.status = { phase: 'Pending', qosClass: qosClass(pod.spec), ...gatedCondition(pod) }
    applyMatchLabelKeys(pod.spec, pod.metadata.labels)
  },

  prepareStatusUpdate: keepStatus,

  validate(pod, report) {
    validatePodAnnotations(pod.metadata.annotations, pod.spec, report.at('metadata', 'annotations'))
    validatePodSpec(pod.spec, { podName: pod.metadata.name, isPod: true }, report.at('spec'))
    validateOwnSpec(pod.spec, report.at('spec'))
  },

  validateCreate({ spec }, report) {
    if (spec.ephemeralContainers?.length) report.forbidden('spec.ephemeralContainers', 'cannot be set on create')
    if (spec.nodeName && spec.schedulingGates?.length) {
      report.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')
    }
  },

  // Who changes a pod is a program, more often than not: upstream does not warn of that.
  warnings(pod, old, warn) {
    if (old) return
    warnOfName(pod, warn, "this is used in the Pod's hostname")
    warnOfPod(pod, warn)
  },

  statusWarnings({ status }, warn) {
    for (const [i, { ip }] of (status.podIPs ?? []).entries()) warnOfIp(`status.podIPs[${i}].ip`, ip, warn)
    for (const [i, { ip }] of (status.hostIPs ?? []).entries()) warnOfIp(`status.hostIPs[${i}].ip`, ip, warn)
  },

  validateUpdate: validatePodUpdate,
  validateStatusUpdate: validatePodStatusUpdate,
})

/** A pod that no kubelet runs, or that has ended, goes at once; a negative time is one second. */
function gracePeriodSeconds({ spec, status }: Pod, asked?: number): number {
  if (!spec.nodeName || status?.phase === 'Failed' || status?.phase === 'Succeeded') return 0
  const seconds = asked ?? spec.terminationGracePeriodSeconds ?? 0
  return seconds < 0 ? 1 : seconds
}

/** `podIP` is from before a pod could have one of each family; it is the first of `podIPs`. */
function mirrorAddress(status: Pod['status']): void {
  const { podIP, podIPs } = status
  if (podIP && podIP !== podIPs?.[0]?.ip) status.podIPs = [{ ip: podIP }]
  else if (podIPs?.[0]) status.podIP = podIPs[0].ip
}

/** A pod with closed gates says from the start why it is not scheduled. */
function gatedCondition({ spec }: Pod): Pick<Pod['status'], 'conditions'> {
  if (!spec.schedulingGates?.length) return {}
  return {
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
      },
    ],
  }
}

/** What a pod may not say, though a template may. */
function validateOwnSpec(spec: Pod['spec'], report: Report): void {
  if (!spec.serviceAccountName) {
    for (const [i, { projected }] of (spec.volumes ?? []).entries()) {
      for (const [j, { serviceAccountToken }] of (projected?.sources ?? []).entries()) {
        if (!serviceAccountToken) continue
        const why = 'must not be specified when serviceAccountName is not set'
        report.at('volumes', i, 'projected', 'sources', j).forbidden('serviceAccountToken', why)
      }
    }
  }
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [i, container] of (spec[list] ?? []).entries()) validateImageSpaces(container, report.at(list, i))
  }
}
