import type { Report } from '../../api/report.ts'
import { booleanIn, checkOptions, integerIn } from './query.ts'

/** What a list or a watch asks for: metav1.ListOptions. */
export interface ListOptions {
  labelSelector: string
  fieldSelector: string
  watch: boolean
  allowWatchBookmarks: boolean
  sendInitialEvents?: boolean
  /** '' when absent. */
  resourceVersion: string
  resourceVersionMatch: string
  timeoutSeconds?: number
  /** 0: no limit. */
  limit: number
  continue: string
}

/** Reads and checks the query of a list or watch; throws as upstream does. */
export function listOptions(query: URLSearchParams, watch: boolean): ListOptions {
  const text = (name: string) => query.get(name) ?? ''
  const sendInitialEvents = booleanIn(query, 'sendInitialEvents')
  const timeoutSeconds = integerIn(query, 'timeoutSeconds')
  const options: ListOptions = {
    labelSelector: text('labelSelector'),
    fieldSelector: text('fieldSelector'),
    watch,
    allowWatchBookmarks: booleanIn(query, 'allowWatchBookmarks') ?? false,
    ...(sendInitialEvents !== undefined && { sendInitialEvents }),
    resourceVersion: text('resourceVersion'),
    resourceVersionMatch: text('resourceVersionMatch'),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    limit: Math.max(0, integerIn(query, 'limit') ?? 0),
    continue: text('continue'),
  }
  // What upstream fills in: a watch of old clients from "0" begins with what is there.
  checkOptions('ListOptions', (report) => (watch ? checkWatch(options, report) : checkList(options, report)))
  return options
}

const MATCHES = ['Exact', 'NotOlderThan']

function checkList({ resourceVersionMatch: match, ...options }: ListOptions, report: Report): void {
  const path = 'resourceVersionMatch'
  if (match) {
    if (!options.resourceVersion) {
      report.forbidden(path, 'resourceVersionMatch is forbidden unless resourceVersion is provided')
    }
    if (options.continue) report.forbidden(path, 'resourceVersionMatch is forbidden when continue is provided')
    if (!MATCHES.includes(match)) report.notSupported(path, match, [...MATCHES, ''])
    if (match === 'Exact' && options.resourceVersion === '0') {
      report.forbidden(path, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    }
  }
  if (options.sendInitialEvents !== undefined) {
    report.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list')
  }
}

function checkWatch({ resourceVersionMatch: match, ...options }: ListOptions, report: Report): void {
  const path = 'resourceVersionMatch'
  const initial = options.sendInitialEvents !== undefined
  if (initial && match !== 'NotOlderThan') {
    report.forbidden(path, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
  }
  if (!match) return
  if (!initial) {
    report.forbidden(path, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
  }
  if (match !== 'NotOlderThan') report.notSupported(path, match, ['NotOlderThan'])
  if (options.continue) report.forbidden(path, 'resourceVersionMatch is forbidden when continue is provided')
}
