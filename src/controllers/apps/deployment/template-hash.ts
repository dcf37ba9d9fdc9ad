import type { Deployment } from '../../../api/kinds/apps/deployment.ts'
import { deepEqual } from '../../../api/equal.ts'

/** The label that tells the pods of one template from those of another. */
export const TEMPLATE_HASH_LABEL = 'pod-template-hash'

type Template = Deployment['spec']['template'] | undefined

/** The letters that apimachinery's `rand.SafeEncodeString` uses: they cannot spell a word. */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789'

/**
 * The hash of a pod template, as it stands in names and labels. It is the same for the same template, whatever the
 * order of its fields; `collisions` makes another one of it when two templates hash alike.
 */
export function templateHash(template: Template, collisions = 0): string {
  const number = fnv1a(canonical(template) + (collisions > 0 ? `#${collisions}` : ''))
  return [...String(number)].map((digit) => SAFE.charAt(digit.charCodeAt(0) % SAFE.length)).join('')
}

/** Whether two templates are the same but for the hash. */
export function sameTemplate(a: Template, b: Template): boolean {
  return deepEqual(withoutHash(a), withoutHash(b))
}

function withoutHash(template: Template): unknown {
  const { [TEMPLATE_HASH_LABEL]: _, ...labels } = template?.metadata?.labels ?? {}
  return { ...template, metadata: { ...template?.metadata, labels } }
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return `{${fields
    .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`)
    .sort()
    .join()}}`
}

/** The 32 bit FNV-1a hash of the text's UTF-8. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
