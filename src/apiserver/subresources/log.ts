import { ApiError, badRequest, internalError, invalid } from '../../api/errors.ts'
import { report as newReport } from '../../api/report.ts'
import type { ProxyAnswer } from '../../os/https-proxy.ts'
import type { Answer, Call } from '../call.ts'
import type { Context } from '../context.ts'
import { booleanIn, integerIn } from '../options/query.ts'
import type { Subresource } from '../registry.ts'
import { containerOf, kubeletOf, podOf, send } from './kubelet.ts'

/** How much of a kubelet's complaint is passed on. */
const COMPLAINT_MAX_CHARACTERS = 10_000

/** What a container wrote, as its kubelet has kept it. */
export const log: Subresource = { get: readLog }

async function readLog(context: Context, call: Call): Promise<Answer> {
  const query = logQuery(call)
  const pod = podOf(context, call)
  const { namespace, name } = pod.metadata
  const container = containerOf(pod, call.query.get('container') ?? '')
  if (!pod.spec.nodeName) return { status: 204, headers: {}, body: '' }
  const target = {
    ...kubeletOf(context, pod.spec.nodeName),
    insecure: booleanIn(call.query, 'insecureSkipTLSVerifyBackend'),
  }
  const path = `/containerLogs/${namespace}/${name}/${container}${query && `?${query}`}`
  const answer = await send(context, target, { method: 'GET', path, headers: {}, signal: call.signal })
  if (answer.status < 200 || answer.status > 206) throw await complaint(answer, name)
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: answer.body }
}

/** The options that go on to the kubelet; 422 when they are wrong. */
function logQuery({ query, info: { name } }: Call): string {
  const report = newReport()
  const atLeast = (field: string, least: number, why: string) => {
    const value = integerIn(query, field)
    if (value !== undefined && value < least) report.invalid(field, value, why)
    return value
  }
  const given: Record<string, number | string | undefined> = {
    follow: flag(query, 'follow'),
    previous: flag(query, 'previous'),
    timestamps: flag(query, 'timestamps'),
    sinceSeconds: atLeast('sinceSeconds', 1, 'must be greater than 0'),
    sinceTime: query.get('sinceTime') ?? undefined,
    tailLines: atLeast('tailLines', 0, 'must be greater than or equal to 0'),
    limitBytes: atLeast('limitBytes', 1, 'must be greater than 0'),
    stream: query.get('stream') ?? undefined,
  }
  if (given['sinceSeconds'] !== undefined && given['sinceTime'] !== undefined) {
    report.forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified')
  }
  if (report.causes.length) throw invalid({ group: '', kind: 'PodLogOptions' }, name, report.causes)
  const entries = Object.entries(given).filter(([, value]) => value !== undefined)
  return new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString()
}

function flag(query: URLSearchParams, name: string): 'true' | undefined {
  return booleanIn(query, name) ? 'true' : undefined
}

/** What the kubelet had to say instead of a log. */
async function complaint({ status, body }: ProxyAnswer, name: string): Promise<ApiError> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > COMPLAINT_MAX_CHARACTERS) break
  }
  const message = text.slice(0, COMPLAINT_MAX_CHARACTERS).trim()
  if (status === 400) return badRequest(message)
  if (status === 500) return internalError(message)
  if (status === 404) {
    const causes = [{ reason: 'UnexpectedServerResponse', message, field: '' }]
    const what = `the server could not find the requested resource ( pods/log ${name})`
    return new ApiError(404, 'NotFound', what, { name, kind: 'pods/log', causes })
  }
  return new ApiError(status, 'Unknown', message || `the kubelet answered ${status}`)
}
