import type { ILabelSelector } from '@kubernetes-models/apimachinery/apis/meta/v1/LabelSelector'
import { defineKind } from '../../kind.ts'
import type { KubeObject } from '../../meta.ts'
import type { Report } from '../../report.ts'
import { defaultVariables } from '../core/pod-spec/container-defaults.ts'
import { validateEnv, validateEnvFrom } from '../core/pod-spec/env.ts'
import { validateMounts } from '../core/pod-spec/mounts.ts'
import type { Container, Volume } from '../core/pod-spec/types.ts'
import { defaultVolume } from '../core/pod-spec/volume-defaults.ts'
import { validateVolumes } from '../core/pod-spec/volumes.ts'
import { createdAt } from '../created-at.ts'
import { validateLabelSelector } from '../label-selector.ts'

/** What pods with certain labels get, beyond what they say themselves. */
export interface PodPresetSpec {
  selector?: ILabelSelector
  env?: NonNullable<Container['env']>
  envFrom?: NonNullable<Container['envFrom']>
  volumes?: Volume[]
  volumeMounts?: NonNullable<Container['volumeMounts']>
}

export interface PodPreset extends KubeObject {
  spec: PodPresetSpec
}

/** Kubernetes had this kind until 1.19. */
export const PodPreset = defineKind<PodPreset>({
  group: 'settings.k8s.io',
  version: 'v1alpha1',
  kind: 'PodPreset',
  plural: 'podpresets',
  scope: 'Namespaced',

  defaults(preset) {
    preset.spec ??= {}
    defaultVariables(preset.spec.env)
    for (const volume of preset.spec.volumes ?? []) defaultVolume(volume)
  },

  // Pods that were made with it say in which state it was, so that never changes: an update may only be of metadata.
  prepareUpdate(next, old) {
    next.spec = old.spec
  },

  validate({ spec }, report) {
    validateSpec(spec, report.at('spec'))
  },

  columns: [createdAt],
})

function validateSpec(spec: PodPresetSpec, report: Report): void {
  const { selector, env, envFrom, volumes, volumeMounts } = spec
  validateLabelSelector(selector, report.at('selector'))
  if (!env && !envFrom && !volumes && !volumeMounts) {
    report.required('volumes.env.envFrom.volumeMounts', 'must specify at least one')
  }
  const mountable = validateVolumes(volumes, { isPod: false }, report.at('volumes'))
  validateEnv(env, report.at('env'))
  validateEnvFrom(envFrom, report.at('envFrom'))
  validateMounts({ name: '', volumeMounts: volumeMounts ?? [] }, mountable, report)
}
