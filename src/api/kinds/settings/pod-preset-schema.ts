import type { Definitions } from '../../schema.ts'

const CORE = 'io.k8s.api.core.v1'
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const OWN = 'io.k8s.api.settings.v1alpha1'

const gvk = (kind: string) => [{ group: 'settings.k8s.io', version: 'v1alpha1', kind }]

const list = (type: string, description: string) => ({
  type: 'array' as const,
  description,
  items: { $ref: `${CORE}.${type}` },
})

/** The types of settings.k8s.io/v1alpha1, which Kubernetes published until 1.19: no package describes them any more. */
export const SETTINGS_DEFINITIONS: Definitions = {
  [`${OWN}.PodPreset`]: {
    type: 'object',
    description: 'PodPreset is merged into new pods of its namespace that its selector selects.',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { $ref: `${META}.ObjectMeta` },
      spec: { $ref: `${OWN}.PodPresetSpec` },
    },
    'x-kubernetes-group-version-kind': gvk('PodPreset'),
  },
  [`${OWN}.PodPresetSpec`]: {
    type: 'object',
    description: 'PodPresetSpec says which pods get what.',
    properties: {
      env: list('EnvVar', 'The variables that each container gets.'),
      envFrom: list('EnvFromSource', 'Where each container gets more variables from.'),
      selector: { $ref: `${META}.LabelSelector`, description: 'The pods that get it; all when empty.' },
      volumeMounts: list('VolumeMount', 'What each container mounts.'),
      volumes: list('Volume', 'The volumes that the pod gets.'),
    },
  },
  [`${OWN}.PodPresetList`]: {
    type: 'object',
    description: 'PodPresetList is a list of PodPreset.',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      items: { type: 'array', items: { $ref: `${OWN}.PodPreset` } },
      kind: { type: 'string' },
      metadata: { $ref: `${META}.ListMeta` },
    },
    'x-kubernetes-group-version-kind': gvk('PodPresetList'),
  },
}
