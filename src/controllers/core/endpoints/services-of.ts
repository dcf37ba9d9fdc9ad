import type { Pod } from '../../../api/kinds/core/pod.ts'
import { Service } from '../../../api/kinds/core/service.ts'
import { keyOf } from '../../../api/meta.ts'
import type { Context } from '../../context.ts'
import { selects } from './backends.ts'

/** The keys of the services that a pod stands behind. */
export function servicesOf(pod: Pod, { cache }: Pick<Context, 'cache'>): string[] {
  return cache(Service)
    .list(pod.metadata.namespace ?? '')
    .filter((service) => selects(service, pod))
    .map(keyOf)
}
