import type { ICSIDriver } from 'kubernetes-models/storage.k8s.io/v1/CSIDriver'
import { deepEqual } from '../../equal.ts'
import { age, defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { IMMUTABLE } from '../../object-meta.ts'
import type { Report } from '../../report.ts'
import { optionalOneOf } from '../check.ts'

export type CSIDriver = Served<ICSIDriver>
type Spec = CSIDriver['spec']

const FS_GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType']
const LIFECYCLE_MODES = ['Persistent', 'Ephemeral']
const TOKENS_IN_SECRETS =
  'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes'
const UPDATE_PERIOD_MIN_SECONDS = 10
const TOKEN_MIN_SECONDS = 600
const TOKEN_MAX_SECONDS = 2 ** 32

export const CSIDriver = defineKind<CSIDriver>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  scope: 'Cluster',
  allowUnconditionalUpdate: false,
  returnDeletedObject: true,
  generation: false,

  defaults(driver) {
    driver.spec ??= {}
    const { spec } = driver
    spec.attachRequired ??= true
    spec.podInfoOnMount ??= false
    spec.storageCapacity ??= false
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType'
    if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent']
    spec.requiresRepublish ??= false
    spec.seLinuxMount ??= false
  },

  // The feature VolumeLimitScaling is off, as it is upstream.
  prepareCreate({ spec }) {
    delete spec.preventPodSchedulingIfMissing
  },

  // New drivers carry no generation; it begins with the first change.
  prepareUpdate(next, old) {
    if (old.spec.preventPodSchedulingIfMissing === undefined) delete next.spec.preventPodSchedulingIfMissing
    if (!deepEqual(next.spec, old.spec)) next.metadata.generation = (old.metadata.generation ?? 0) + 1
  },

  validate({ spec }, report) {
    validateSpec(spec, report.at('spec'))
  },

  warnings({ spec: { tokenRequests = [], serviceAccountTokenInSecrets } }, old, warn) {
    if (!tokenRequests.length || serviceAccountTokenInSecrets !== undefined) return
    if (!old || !deepEqual(tokenRequests, old.spec.tokenRequests ?? [])) warn.say(TOKENS_IN_SECRETS)
  },

  validateUpdate({ spec: next }, { spec: old }, report) {
    const at = report.at('spec')
    if (next.attachRequired !== old.attachRequired) at.invalid('attachedRequired', next.attachRequired, IMMUTABLE)
    if (!deepEqual(next.volumeLifecycleModes, old.volumeLifecycleModes)) {
      at.invalid('volumeLifecycleModes', next.volumeLifecycleModes, IMMUTABLE)
    }
  },

  columns: [
    ['AttachRequired', ({ spec }) => spec.attachRequired ?? true, { type: 'boolean' }],
    ['PodInfoOnMount', ({ spec }) => spec.podInfoOnMount ?? false, { type: 'boolean' }],
    ['StorageCapacity', ({ spec }) => spec.storageCapacity ?? false, { type: 'boolean' }],
    ['TokenRequests', audiencesText],
    ['RequiresRepublish', ({ spec }) => spec.requiresRepublish ?? false, { type: 'boolean' }],
    ['Modes', ({ spec }) => spec.volumeLifecycleModes?.join(',') || '<none>'],
    age,
  ],
})

function audiencesText({ spec: { tokenRequests } }: CSIDriver): string {
  return tokenRequests?.map(({ audience }) => audience).join(',') ?? '<unset>'
}

function validateSpec(spec: Spec, report: Report): void {
  optionalOneOf(report, 'fsGroupPolicy', spec.fsGroupPolicy, FS_GROUP_POLICIES)
  validateTokenRequests(spec.tokenRequests, report)
  for (const mode of spec.volumeLifecycleModes ?? []) {
    optionalOneOf(report, 'volumeLifecycleModes', mode, LIFECYCLE_MODES)
  }
  const { nodeAllocatableUpdatePeriodSeconds: period, serviceAccountTokenInSecrets: inSecrets } = spec
  if (period !== undefined && period < UPDATE_PERIOD_MIN_SECONDS) {
    const why = `must be greater than or equal to ${UPDATE_PERIOD_MIN_SECONDS} seconds`
    report.invalid('nodeAllocatableUpdatePeriodSeconds', period, why)
  }
  if (inSecrets !== undefined && !spec.tokenRequests?.length) {
    const why = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified'
    report.invalid('serviceAccountTokenInSecrets', inSecrets, why)
  }
}

function validateTokenRequests(requests: Spec['tokenRequests'] = [], report: Report): void {
  const audiences = new Set<string>()
  for (const [i, { audience = '', expirationSeconds }] of requests.entries()) {
    const at = report.at('tokenRequests', i)
    if (audiences.has(audience)) {
      at.duplicate('audience', audience)
      continue
    }
    audiences.add(audience)
    if (expirationSeconds === undefined) continue
    if (expirationSeconds < TOKEN_MIN_SECONDS) {
      at.invalid('expirationSeconds', expirationSeconds, 'may not specify a duration less than 10 minutes')
    }
    if (expirationSeconds > TOKEN_MAX_SECONDS) {
      at.invalid('expirationSeconds', expirationSeconds, 'may not specify a duration larger than 2^32 seconds')
    }
  }
}
