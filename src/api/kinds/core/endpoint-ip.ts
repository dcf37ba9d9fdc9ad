import { isLinkLocalMulticast, isLinkLocalUnicast, isLoopback, isUnspecified, parseIp } from '../../ip.ts'
import type { Report } from '../../report.ts'

/** An address that others can reach: of a backend, or an external one of a service. */
export function validateEndpointIp(report: Report, path: string, ip: string): void {
  const bytes = parseIp(ip)
  if (!bytes) return report.invalid(path, ip, 'must be a valid IP address')
  if (isUnspecified(bytes)) report.invalid(path, ip, `may not be unspecified (${ip})`)
  if (isLoopback(bytes)) report.invalid(path, ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')
  if (isLinkLocalUnicast(bytes)) {
    report.invalid(path, ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')
  }
  if (isLinkLocalMulticast(bytes)) {
    report.invalid(path, ip, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')
  }
}
