import type { ICustomResourceConversion } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceConversion'
import { dns1035Label } from '../../names.ts'
import type { Report } from '../../report.ts'
import { validateClientConfig } from '../admissionregistration/client-config.ts'
import { certificateProblem } from '../certificates/pem.ts'
import { invalidEach, requireOneOf } from '../check.ts'

const REVIEW_VERSIONS = ['v1', 'v1beta1']
const NOT_WEBHOOK = 'should not be set when strategy is not set to Webhook'

/** Reports what is wrong with how versions are converted; `report` stands at it. */
export function conversionErrors(
  conversion: ICustomResourceConversion | undefined,
  mayTrustLater: boolean,
  report: Report,
): void {
  if (!conversion) return
  const { strategy, webhook } = conversion
  requireOneOf(report, 'strategy', strategy, ['None', 'Webhook'])
  const { clientConfig, conversionReviewVersions = [] } = webhook ?? {}
  if (strategy !== 'Webhook') {
    if (clientConfig) report.forbidden('webhookClientConfig', NOT_WEBHOOK)
    if (conversionReviewVersions.length > 0) report.forbidden('conversionReviewVersions', NOT_WEBHOOK)
    return
  }
  if (!clientConfig) report.required('webhookClientConfig', 'required when strategy is set to Webhook')
  else {
    validateClientConfig(clientConfig, report.at('webhookClientConfig'))
    const problem = bundleProblem(clientConfig)
    if (problem && !mayTrustLater) report.invalid('webhookClientConfig.caBundle', clientConfig.caBundle, problem)
  }
  reviewVersionErrors(conversionReviewVersions, report)
}

/** Why nobody can be trusted by the bundle of a webhook; no bundle is fine. */
export function bundleProblem({ caBundle = '' }: { caBundle?: string }): string | undefined {
  const problem = certificateProblem(caBundle)
  return problem && `unable to load root certificates: ${problem}`
}

function reviewVersionErrors(versions: readonly string[], report: Report): void {
  const path = 'conversionReviewVersions'
  if (versions.length === 0) return report.required(path)
  for (const [i, version] of versions.entries()) {
    if (versions.indexOf(version) < i) report.invalid(`${path}[${i}]`, version, 'duplicate version')
    else invalidEach(report, `${path}[${i}]`, version, dns1035Label(version))
  }
  if (versions.some((version) => REVIEW_VERSIONS.includes(version))) return
  report.invalid(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`)
}
