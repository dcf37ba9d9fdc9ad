import type { Warnings } from '../../../warnings.ts'

type Deprecated = readonly (readonly [field: string, shown: string, text: string])[]

/** Kinds of volumes that were given up: the field, how upstream spells it when it warns, and since when. */
export const DEPRECATED_VOLUMES: Deprecated = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
]

/** Those that upstream warns of in pods alone. */
export const DEPRECATED_POD_VOLUMES: Deprecated = [
  ['gitRepo', 'gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['flocker', 'flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ...DEPRECATED_VOLUMES,
]

/** Warns of a source that was given up; `warn` stands at what holds it. */
export function warnOfDeprecated(holder: object, table: Deprecated, warn: Warnings): void {
  for (const [field, shown, text] of table) {
    if ((holder as Record<string, unknown>)[field]) warn.add(shown, text)
  }
}
