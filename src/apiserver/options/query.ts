import { badRequest, invalid } from '../../api/errors.ts'
import type { Report } from '../../api/report.ts'
import { report as newReport } from '../../api/report.ts'
import { isTrue } from '../request-info.ts'

/** A boolean of the query; absent when it is not there. */
export function booleanIn(query: URLSearchParams, name: string): boolean | undefined {
  return query.has(name) ? isTrue(query.get(name)) : undefined
}

/** A whole number of the query; absent when it is not there; 400 when it is none. */
export function integerIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (!text) return undefined
  if (!/^[+-]?\d{1,15}$/.test(text))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

/** Runs `check`, and throws 422 for options of `kind` when it finds something wrong. */
export function checkOptions(kind: string, check: (report: Report) => void): void {
  const report = newReport()
  check(report)
  if (report.causes.length) throw invalid({ group: 'meta.k8s.io', kind }, '', report.causes)
}

/** `dryRun` of a query or a body: empty, or All. */
export function checkDryRun(values: readonly string[], report: Report): void {
  if (values.some((value) => value !== 'All')) report.notSupported('dryRun', values, ['All'])
}
