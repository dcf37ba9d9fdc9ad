import type { Answer, Call } from './call.ts'
import type { Context } from './context.ts'

/** One thing that has to be in order; `check` throws when it is not. */
export interface HealthCheck {
  name: string
  check(context: Context): Promise<void> | void
}

const ping: HealthCheck = { name: 'ping', check: () => {} }
const log: HealthCheck = { name: 'log', check: () => {} }

/** The store answers; named as probes and people know it. */
const store: HealthCheck = { name: 'etcd', check: async ({ store }) => void (await store.size()) }

const LIVE = [ping, log, store]

/** The checks of an endpoint; `ready` are those that say whether the server may be asked already. */
function checksOf(endpoint: string, ready: readonly HealthCheck[]): readonly HealthCheck[] {
  return endpoint === 'livez' ? LIVE : [...LIVE, ...ready]
}

/** `/healthz`, `/livez`, `/readyz`, and `/<one of these>/<check>`. */
export async function health(context: Context, call: Call, ready: readonly HealthCheck[]): Promise<Answer | undefined> {
  const [endpoint = '', name, ...rest] = call.info.path.split('/').filter(Boolean)
  const checks = checksOf(endpoint, ready)
  if (name === undefined) return all(context, call, endpoint, checks)
  const one = rest.length === 0 ? checks.find((check) => check.name === name) : undefined
  return one && single(context, one)
}

async function single(context: Context, { name, check }: HealthCheck): Promise<Answer> {
  try {
    await check(context)
    return text(200, 'ok')
  } catch (error) {
    context.env.log.warn('a health check failed', { name, error })
    return text(500, `internal server error: ${error instanceof Error ? error.message : String(error)}\n`)
  }
}

async function all(context: Context, call: Call, endpoint: string, checks: readonly HealthCheck[]): Promise<Answer> {
  const excluded = new Set(call.query.getAll('exclude'))
  const lines: string[] = []
  let failed = false
  for (const { name, check } of checks) {
    if (excluded.delete(name)) {
      lines.push(`[+]${name} excluded: ok\n`)
      continue
    }
    try {
      await check(context)
      lines.push(`[+]${name} ok\n`)
    } catch (error) {
      failed = true
      // Anybody may ask, so the reason is for the log alone.
      context.env.log.warn('a health check failed', { name, error })
      lines.push(`[-]${name} failed: reason withheld\n`)
    }
  }
  if (excluded.size) {
    const names = [...excluded].map((name) => JSON.stringify(name)).join(',')
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}\n`)
  }
  if (failed) return text(500, `${lines.join('')}${endpoint} check failed\n`)
  return text(200, call.query.has('verbose') ? `${lines.join('')}${endpoint} check passed\n` : 'ok')
}

function text(status: number, body: string): Answer {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }
  return { status, headers, body }
}
