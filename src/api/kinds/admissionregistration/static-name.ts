import type { KubeObject } from '../../meta.ts'
import type { Warnings } from '../../warnings.ts'

const SUFFIX = '.static.k8s.io'

/** Warns of a name that is meant for what stands in the server's own configuration. */
export function warnOfStaticName(
  { metadata: { name } }: KubeObject,
  _old: KubeObject | undefined,
  warn: Warnings,
): void {
  if (!name.endsWith(SUFFIX)) return
  const why = 'are reserved for static manifest-based configurations and cannot be managed via the API'
  warn.add('metadata.name', `names ending with "${SUFFIX}" ${why}`)
}
