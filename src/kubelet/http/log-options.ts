import { badRequest, invalid } from '../../api/errors.ts'
import { report } from '../../api/report.ts'

/** Which part of a container's log is wanted (core/v1 PodLogOptions). */
export interface LogOptions {
  follow: boolean
  previous: boolean
  timestamps: boolean
  /** Only what was written at or after this (milliseconds since 1970). */
  since?: number
  tailLines?: number
  limitBytes?: number
  stream: 'All' | 'Stdout' | 'Stderr'
}

/** Reads the query of a log request; throws an ApiError in upstream's words. */
export function parseLogOptions(query: URLSearchParams, now: number): LogOptions {
  const [sinceSeconds, tailLines, limitBytes] = ['sinceSeconds', 'tailLines', 'limitBytes'].map((name) =>
    wholeNumber(query, name),
  )
  const sinceTime = query.get('sinceTime')
  check({ sinceSeconds, tailLines, limitBytes, sinceTime })
  const since = sinceTime ? Date.parse(sinceTime) : sinceSeconds === undefined ? undefined : now - sinceSeconds * 1000
  return {
    follow: isSet(query, 'follow'),
    previous: isSet(query, 'previous'),
    timestamps: isSet(query, 'timestamps'),
    ...(since !== undefined && { since }),
    ...(tailLines !== undefined && { tailLines }),
    ...(limitBytes !== undefined && { limitBytes }),
    stream: (query.get('stream') || 'All') as LogOptions['stream'],
  }
}

const isSet = (query: URLSearchParams, name: string) => ['true', '1', ''].includes(query.get(name) ?? 'false')

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`)
  return Number(text)
}

interface Checked {
  sinceSeconds: number | undefined
  tailLines: number | undefined
  limitBytes: number | undefined
  sinceTime: string | null
}

function check({ sinceSeconds, tailLines, limitBytes, sinceTime }: Checked): void {
  const found = report()
  if (tailLines !== undefined && tailLines < 0)
    found.invalid('tailLines', tailLines, 'must be greater than or equal to 0')
  if (limitBytes !== undefined && limitBytes < 1) found.invalid('limitBytes', limitBytes, 'must be greater than 0')
  if (sinceSeconds !== undefined && sinceTime)
    found.forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified')
  if (sinceSeconds !== undefined && sinceSeconds < 1)
    found.invalid('sinceSeconds', sinceSeconds, 'must be greater than 0')
  if (sinceTime && Number.isNaN(Date.parse(sinceTime)))
    throw badRequest(`parsing time "${sinceTime}" as "2006-01-02T15:04:05Z07:00": cannot parse "${sinceTime}"`)
  if (found.causes.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, '', found.causes)
}
