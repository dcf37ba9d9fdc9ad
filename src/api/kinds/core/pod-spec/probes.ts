import { httpHeaderName } from '../../../names.ts'
import type { Report } from '../../../report.ts'
import { invalidEach, nonNegativeFields, optionalOneOf } from '../../check.ts'
import { validatePortNumberOrName } from './ports.ts'
import type { AnyContainer } from './types.ts'

type Probe = NonNullable<AnyContainer['livenessProbe']>
type Lifecycle = NonNullable<AnyContainer['lifecycle']>
type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & NonNullable<Lifecycle['preStop']>

/** What is wrong with the probes and hooks of a container; `report` stands at it. */
export function validateProbesAndHooks(
  container: AnyContainer,
  podGraceSeconds: number | undefined,
  report: Report,
): void {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler = lifecycle?.[hook]
    if (handler) validateHandler(handler, podGraceSeconds, report.at('lifecycle', hook))
  }
  if (livenessProbe) validateOnceProbe(livenessProbe, report.at('livenessProbe'))
  if (readinessProbe) validateReadiness(readinessProbe, report.at('readinessProbe'))
  if (startupProbe) validateOnceProbe(startupProbe, report.at('startupProbe'))
}

/** Liveness and startup: one success is enough, by definition. */
function validateOnceProbe(probe: Probe, report: Report): void {
  validateProbe(probe, report)
  if (probe.successThreshold !== 1) report.invalid('successThreshold', probe.successThreshold ?? 0, 'must be 1')
}

/** Readiness never stops a container, so it has no say in how long that may take. */
function validateReadiness(probe: Probe, report: Report): void {
  validateProbe(probe, report)
  const { terminationGracePeriodSeconds: seconds } = probe
  if (seconds !== undefined) {
    report.invalid('terminationGracePeriodSeconds', seconds, 'must not be set for readinessProbes')
  }
}

function validateProbe(probe: Probe, report: Report): void {
  validateHandler(probe, undefined, report)
  nonNegativeFields(report, probe, [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ])
  const { terminationGracePeriodSeconds: seconds } = probe
  if (seconds !== undefined && seconds <= 0) {
    report.invalid('terminationGracePeriodSeconds', seconds, 'must be greater than 0')
  }
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const

/** A handler does one thing; the first that it names counts, in the order of `HANDLERS`. */
function validateHandler(handler: Handler, podGraceSeconds: number | undefined, report: Report): void {
  const [first, ...more] = HANDLERS.filter((name) => handler[name])
  if (!first) return report.required('', 'must specify a handler type')
  validateAction(handler, first, podGraceSeconds, report.at(first))
  for (const name of more) report.forbidden(name, 'may not specify more than 1 handler type')
}

function validateAction(
  { exec, httpGet, tcpSocket, grpc, sleep }: Handler,
  action: (typeof HANDLERS)[number],
  podGraceSeconds: number | undefined,
  report: Report,
): void {
  switch (action) {
    case 'exec':
      if (!exec?.command?.length) report.required('command')
      return
    case 'httpGet':
      return httpGet && validateHttpGet(httpGet, report)
    case 'tcpSocket':
      return validatePortNumberOrName(report, 'port', tcpSocket?.port)
    case 'grpc':
      return validatePortNumberOrName(report, 'port', grpc?.port)
    case 'sleep':
      return validateSleep(sleep?.seconds ?? 0, podGraceSeconds, report)
  }
}

function validateHttpGet({ path, port, scheme, httpHeaders }: NonNullable<Probe['httpGet']>, report: Report): void {
  if (!path) report.required('path')
  validatePortNumberOrName(report, 'port', port)
  optionalOneOf(report, 'scheme', scheme ?? '', ['HTTP', 'HTTPS'])
  for (const { name = '' } of httpHeaders ?? []) invalidEach(report, 'httpHeaders', name, httpHeaderName(name))
}

function validateSleep(seconds: number, podGraceSeconds: number | undefined, report: Report): void {
  if (podGraceSeconds === undefined || (seconds >= 0 && seconds <= podGraceSeconds)) return
  report.invalid('', seconds, `must be non-negative and less than terminationGracePeriodSeconds (${podGraceSeconds})`)
}
