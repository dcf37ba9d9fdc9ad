import type { IServiceReference } from 'kubernetes-models/admissionregistration.k8s.io/v1/ServiceReference'
import type { IWebhookClientConfig } from 'kubernetes-models/admissionregistration.k8s.io/v1/WebhookClientConfig'
import { dns1123Subdomain, portNumber } from '../../names.ts'
import type { Report } from '../../report.ts'

const FORM = '; desired format: https://host[/path]'
const PORT = 443

/** What is wrong with how a webhook is reached; `report` stands at it. */
export function validateClientConfig({ url, service }: IWebhookClientConfig, report: Report): void {
  if ((url === undefined) === (service === undefined)) {
    return report.required('', 'exactly one of url or service is required')
  }
  if (url !== undefined) validateUrl(url, report)
  if (service) validateService(service, report.at('service'))
}

function validateUrl(text: string, report: Report): void {
  const url = URL.parse(text)
  if (!url) return report.required('url', `url must be a valid URL: parse ${JSON.stringify(text)}: invalid URL${FORM}`)
  const scheme = url.protocol.slice(0, -1)
  if (scheme !== 'https') report.invalid('url', scheme, `'https' is the only allowed URL scheme${FORM}`)
  if (url.host === '') report.invalid('url', '', `host must be specified${FORM}`)
  if (url.username || url.password) {
    const user = url.password ? `${url.username}:${url.password}` : url.username
    report.invalid('url', user, 'user information is not permitted in the URL')
  }
  if (url.hash) report.invalid('url', url.hash.slice(1), 'fragments are not permitted in the URL')
  if (url.search) report.invalid('url', url.search.slice(1), 'query parameters are not permitted in the URL')
}

function validateService({ name, namespace, path = '', port = PORT }: IServiceReference, report: Report): void {
  if (!name) report.required('name')
  if (!namespace) report.required('namespace')
  const messages = portNumber(port)
  if (messages.length > 0) report.invalid('port', port, `port is not valid: ${messages.join(', ')}`)
  if (path !== '' && path !== '/') validatePath(path, report)
}

function validatePath(path: string, report: Report): void {
  if (path === '//') return report.invalid('path', path, 'segment[0] may not be empty')
  if (!path.startsWith('/')) report.invalid('path', path, "must start with a '/'")
  for (const [i, step] of path.slice(1).replace(/\/$/, '').split('/').entries()) {
    const messages = step === '' ? [] : dns1123Subdomain(step)
    if (step === '') report.invalid('path', path, `segment[${i}] may not be empty`)
    for (const message of messages) report.invalid('path', path, `segment[${i}]: ${message}`)
  }
}
