import { DEFAULT_INGRESS_CLASS_ANNOTATION, IngressClass } from '../../api/kinds/networking/ingress-class.ts'
import { Ingress } from '../../api/kinds/networking/ingress.ts'
import type { Store } from '../../store/store.ts'
import { defaultClass } from './default-class.ts'
import { type AdmissionPlugin, isFor } from './plugin.ts'

/** The annotation from before there was a field. */
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

/** Ingresses that name no class get the default one, if there is one. */
export function defaultIngressClass(store: Store): AdmissionPlugin {
  return {
    name: 'DefaultIngressClass',
    operations: ['CREATE'],

    async admit(request) {
      if (!isFor(request, Ingress)) return
      const { metadata, spec } = request.object as Ingress
      if (metadata.annotations?.[CLASS_ANNOTATION] !== undefined || spec.ingressClassName !== undefined) return
      const isDefault = ({ metadata: { annotations } }: IngressClass) =>
        annotations?.[DEFAULT_INGRESS_CLASS_ANNOTATION] === 'true'
      const name = await defaultClass(store, IngressClass, isDefault)
      if (name) spec.ingressClassName = name
    },
  }
}
