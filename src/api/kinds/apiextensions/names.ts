import type { ICustomResourceDefinitionNames } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinitionNames'
import { dns1035Label } from '../../names.ts'
import type { Report } from '../../report.ts'

/** Reports names that cannot be served; `report` stands at them. Whether they are there at all is looked at elsewhere. */
export function namesErrors(names: Partial<ICustomResourceDefinitionNames>, report: Report): void {
  const { plural, singular, kind, listKind, shortNames = [], categories = [] } = names
  for (const [path, name] of Object.entries({ plural, singular })) if (name) label(report, path, name)
  for (const [path, name] of Object.entries({ kind, listKind })) if (name) mixedCase(report, path, name)
  for (const [i, name] of shortNames.entries()) label(report, `shortNames[${i}]`, name)
  if (kind && kind === listKind) report.invalid('listKind', listKind, 'kind and listKind may not be the same')
  for (const [i, name] of categories.entries()) label(report, `categories[${i}]`, name)
}

function label(report: Report, path: string, name: string): void {
  const messages = dns1035Label(name)
  if (messages.length > 0) report.invalid(path, name, messages.join(','))
}

function mixedCase(report: Report, path: string, name: string): void {
  const messages = dns1035Label(name.toLowerCase())
  const why = `may have mixed case, but should otherwise match: ${messages.join(',')}`
  if (messages.length > 0) report.invalid(path, name, why)
}
