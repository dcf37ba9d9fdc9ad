import type { IPersistentVolume } from 'kubernetes-models/v1/PersistentVolume'
import type { Served } from '../../../meta.ts'
import type { IPersistentVolumeClaimSpec } from 'kubernetes-models/v1/PersistentVolumeClaimSpec'
import type { Warnings } from '../../../warnings.ts'
import { warnOfFraction } from '../../fractional-bytes.ts'
import { warnOfNodeSelectorTerm } from '../node-labels.ts'
import { DEPRECATED_VOLUMES, warnOfDeprecated } from './deprecated.ts'

type PersistentVolume = Served<IPersistentVolume>

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'
const OPTIONS_ANNOTATION = 'volume.beta.kubernetes.io/mount-options'

/** Warns of what was given up in a volume; upstream's GetWarningsForPersistentVolume. */
export function warnOfVolume({ metadata, spec }: PersistentVolume, warn: Warnings): void {
  warnOfClassAnnotation(metadata.annotations, warn)
  if (metadata.annotations?.[OPTIONS_ANNOTATION] !== undefined) {
    const text = 'deprecated since v1.31; use "mountOptions" attribute instead'
    warn.add(`metadata.annotations[${OPTIONS_ANNOTATION}]`, text)
  }
  const at = warn.at('spec')
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') {
    at.add(
      'persistentVolumeReclaimPolicy',
      'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    )
  }
  for (const [i, term] of (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).entries()) {
    warnOfNodeSelectorTerm(term, at.at('nodeAffinity', 'required', 'nodeSelectorTerms', i))
  }
  warnOfDeprecated(spec, DEPRECATED_VOLUMES, at)
}

/** Warns of the annotation that was there before claims and volumes had a field for their class. */
export function warnOfClassAnnotation(annotations: Record<string, string> | undefined, warn: Warnings): void {
  if (annotations?.[CLASS_ANNOTATION] === undefined) return
  const text = 'deprecated since v1.8; use "storageClassName" attribute instead'
  warn.add(`metadata.annotations[${CLASS_ANNOTATION}]`, text)
}

/** Warns of amounts that cannot be had; `warn` stands at the spec of a claim. */
export function warnOfClaimSpec({ resources }: Pick<IPersistentVolumeClaimSpec, 'resources'>, warn: Warnings): void {
  for (const field of ['requests', 'limits'] as const) {
    warnOfFraction(`resources.${field}[storage]`, resources?.[field]?.['storage'], warn)
  }
}
