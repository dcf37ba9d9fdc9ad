import type { KubeObject } from '../../api/meta.ts'
import { qualifiedName } from '../../api/names.ts'
import type { Warnings } from '../../api/warnings.ts'

/** Finalizers that Kubernetes itself uses. */
const STANDARD = ['orphan', 'foregroundDeletion', 'kubernetes']

/** Warns of new finalizers whose names may clash with others'. */
export function warnOfFinalizers({ metadata }: KubeObject, old: KubeObject | undefined, warn: Warnings): void {
  const before = old?.metadata.finalizers ?? []
  const added = [...new Set(metadata.finalizers)].filter((finalizer) => !before.includes(finalizer)).sort()
  for (const finalizer of added) {
    const say = (text: string) => warn.add('metadata.finalizers', `${JSON.stringify(finalizer)}: ${text}`)
    for (const problem of qualifiedName(finalizer)) say(problem)
    if (finalizer.includes('/') || STANDARD.includes(finalizer)) continue
    const path = finalizer.includes('.') ? ' including a path (/)' : ''
    say(`prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`)
  }
}
