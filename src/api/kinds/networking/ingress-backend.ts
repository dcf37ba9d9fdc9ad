import type { IHTTPIngressPath } from 'kubernetes-models/networking.k8s.io/v1/HTTPIngressPath'
import type { IIngressBackend } from 'kubernetes-models/networking.k8s.io/v1/IngressBackend'
import type { IIngressServiceBackend } from 'kubernetes-models/networking.k8s.io/v1/IngressServiceBackend'
import { dns1123Subdomain, nameIsDns1123Label, pathSegment, portName, portNumber } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach, requireName } from '../check.ts'

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix']
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F']
const BAD_ENDS = ['/..', '/.']

/** What is wrong with a path of a rule and where it leads. */
export function validatePath({ path = '', pathType, backend = {} }: IHTTPIngressPath, report: Report): void {
  if (!pathType) return report.required('pathType', 'pathType must be specified')
  if (!PATH_TYPES.includes(pathType)) report.notSupported('pathType', pathType, PATH_TYPES)
  else if (pathType === 'ImplementationSpecific') {
    if (path && !path.startsWith('/')) report.invalid('path', path, 'must be an absolute path')
  } else {
    if (!path.startsWith('/')) report.invalid('path', path, 'must be an absolute path')
    for (const part of BAD_SEQUENCES) {
      if (path.includes(part)) report.invalid('path', path, `must not contain '${part}'`)
    }
    for (const end of BAD_ENDS) {
      if (path.endsWith(end)) report.invalid('path', path, `cannot end with '${end}'`)
    }
  }
  validateBackend(backend, report.at('backend'))
}

/** What is wrong with where traffic is sent to. */
export function validateBackend({ resource, service }: IIngressBackend, report: Report): void {
  if (resource && service) return report.invalid('', '', 'cannot set both resource and service backends')
  if (resource) return validateReference(resource, report.at('resource'))
  if (service) return validateService(service, report)
  report.invalid('', '', 'resource or service backend is required')
}

/** An object that a field names by kind and name. */
interface Reference {
  apiGroup?: string
  kind: string
  name: string
}

export function validateReference({ apiGroup, kind, name }: Reference, report: Report): void {
  if (apiGroup !== undefined) invalidEach(report, 'apiGroup', apiGroup, dns1123Subdomain(apiGroup))
  requireName(report, 'kind', kind, pathSegment)
  requireName(report, 'name', name, pathSegment)
}

function validateService({ name, port = {} }: IIngressServiceBackend, report: Report): void {
  requireName(report, 'service.name', name, nameIsDns1123Label)
  if (port.name && port.number) return report.invalid('', '', 'cannot set both port name & port number')
  if (port.name) return invalidEach(report, 'service.port.name', port.name, portName(port.name))
  if (port.number) return invalidEach(report, 'service.port.number', port.number, portNumber(port.number))
  report.required('', 'port name or number is required')
}
