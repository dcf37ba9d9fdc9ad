import type { KubeObject } from '../../api/meta.ts'
import type { MediaType } from './negotiate.ts'

/** The JSON of an object's metadata alone. */
export function partialText({ metadata }: Pick<KubeObject, 'metadata'>, version: MediaType['version']): string {
  return JSON.stringify({ kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata })
}
