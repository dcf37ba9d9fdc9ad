import { dns1123Label, dns1123Subdomain } from '../../names.ts'
import type { Report } from '../../report.ts'
import { invalidEach } from '../check.ts'

const DOMAIN_MAX_BYTES = 253
/** Domain, slash, and a DNS label, a dot and a DNS name. */
const SIGNER_NAME_MAX_BYTES = DOMAIN_MAX_BYTES + 1 + 253 + 1 + 63

/** The name of a signer: a domain and a path, `example.com/signer-name`. */
export function validateSignerName(name: string, path: string, report: Report): void {
  if (name === '') return report.required(path)
  const [domain = '', signer = '', ...more] = name.split('/')
  if (more.length > 0 || !name.includes('/')) {
    const why = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
    return report.invalid(path, name, why)
  }
  if (domain.length > DOMAIN_MAX_BYTES) report.tooLong(path, DOMAIN_MAX_BYTES)
  invalidEach(report, path, domain, firstProblem(domain, dns1123Label))
  if (!domain.includes('.')) {
    report.invalid(path, domain, 'should be a domain with at least two segments separated by dots')
  }
  invalidEach(report, path, signer, firstProblem(signer, dns1123Subdomain))
  if (name.length > SIGNER_NAME_MAX_BYTES) report.tooLong(path, SIGNER_NAME_MAX_BYTES)
}

/** What is wrong with the first bad part between dots; that of the others would be the same again. */
function firstProblem(dotted: string, rule: (label: string) => string[]): string[] {
  const bad = dotted.split('.').find((label) => rule(label).length > 0)
  if (bad === undefined) return []
  return rule(bad).map((message) => `validating label ${JSON.stringify(bad)}: ${message}`)
}
