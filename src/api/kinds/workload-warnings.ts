import { deepEqual } from '../equal.ts'
import type { KubeObject } from '../meta.ts'
import { dns1123Label } from '../names.ts'
import type { Warnings } from '../warnings.ts'
import type { PodTemplateSpec } from './core/pod-spec/types.ts'
import { warnOfPod } from './core/pod-spec/warnings.ts'

/** Warns of a new object whose name is no DNS label, though pods are named after it. */
export function warnOfName(
  { metadata: { name } }: KubeObject,
  warn: Warnings,
  use = 'this is used in Pod names and hostnames',
): void {
  const messages = dns1123Label(name)
  if (!messages.length) return
  const why = 'which can result in surprising behavior; a DNS label is recommended'
  warn.add('metadata.name', `${use}, ${why}: [${messages.join(' ')}]`)
}

/** Whether an object is new, or another generation of what it was. */
export function isChanged({ metadata }: KubeObject, old: KubeObject | undefined): boolean {
  return !old || metadata.generation !== old.metadata.generation
}

interface Templated extends KubeObject {
  spec: { template?: PodTemplateSpec }
}

/** Warns of the template of a workload that is new or changed; of a new one's name as well. */
export function warnOfWorkload(object: Templated, old: Templated | undefined, warn: Warnings): void {
  if (!old) warnOfName(object, warn)
  if (isChanged(object, old)) warnOfPod(object.spec.template ?? {}, warn.at('spec', 'template'))
}

/** Warns of the template of a set whose pods have names of their own, when the template is new or changed. */
export function warnOfTemplate(object: Templated, old: Templated | undefined, warn: Warnings): void {
  const { template = {} } = object.spec
  if (!old || !deepEqual(template, old.spec.template)) warnOfPod(template, warn.at('spec', 'template'))
}
