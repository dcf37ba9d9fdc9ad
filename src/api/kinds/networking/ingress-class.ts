import type { IIngressClass } from 'kubernetes-models/networking.k8s.io/v1/IngressClass'
import { age, defineKind, nameColumn } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { domainPrefixedPath, nameIsDns1123Label } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach } from '../check.ts'
import { validateReference } from './ingress-backend.ts'

export type IngressClass = Served<IIngressClass>

/** Marks the class of ingresses that name none. */
export const DEFAULT_INGRESS_CLASS_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class'

const CONTROLLER_MAX_BYTES = 250
const SCOPES = ['Cluster', 'Namespace']

export const IngressClass = defineKind<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  scope: 'Cluster',
  immutable: ['spec.controller'],

  defaults(ingressClass) {
    ingressClass.spec ??= {}
    if (ingressClass.spec.parameters) ingressClass.spec.parameters.scope ??= 'Cluster'
  },

  validate({ spec: { controller = '', parameters } }, report) {
    const at = report.at('spec')
    if (controller.length > CONTROLLER_MAX_BYTES) at.tooLong('controller', CONTROLLER_MAX_BYTES)
    if (controller === '') at.required('controller')
    else invalidEach(at, 'controller', controller, domainPrefixedPath(controller))
    if (parameters) validateParameters(parameters, at.at('parameters'))
  },

  columns: [
    { ...nameColumn, cell: nameText },
    ['Controller', ({ spec }) => spec.controller ?? ''],
    ['Parameters', parametersText],
    age,
  ],
})

function nameText({ metadata: { name, annotations } }: Pick<IngressClass, 'metadata'>): string {
  return annotations?.[DEFAULT_INGRESS_CLASS_ANNOTATION] === 'true' ? `${name} (default)` : name
}

function parametersText({ spec: { parameters } }: IngressClass): string {
  if (!parameters) return '<none>'
  const { apiGroup, kind, name } = parameters
  return `${apiGroup === undefined ? kind : `${kind}.${apiGroup}`}/${name}`
}

type Parameters = NonNullable<IngressClass['spec']['parameters']>

function validateParameters(parameters: Parameters, report: Report): void {
  validateReference(parameters, report)
  const { scope, namespace } = parameters
  if (scope === undefined) return report.required('scope')
  if (!SCOPES.includes(scope)) return report.notSupported('scope', scope, SCOPES)
  if (scope === 'Cluster') {
    if (namespace !== undefined) report.forbidden('namespace', "`parameters.scope` is set to 'Cluster'")
  } else if (namespace === undefined) {
    report.required('namespace', "`parameters.scope` is set to 'Namespace'")
  } else {
    invalidEach(report, 'namespace', namespace, nameIsDns1123Label(namespace, false))
  }
}
