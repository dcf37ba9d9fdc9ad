import type { Cause } from './report.ts'

/** metav1.Status, as the server answers when something did not work. */
export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: object
  status: 'Failure' | 'Success'
  message?: string
  reason?: string
  details?: StatusDetails
  code: number
}

export interface StatusDetails {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: Cause[]
  retryAfterSeconds?: number
}

/** A resource as errors name it: `pods`, `deployments.apps`. */
export interface GroupResource {
  group: string
  plural: string
}

/** An expected failure. It carries the Status that a client is answered with. */
export class ApiError extends Error {
  readonly status: Status
  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message)
    this.name = 'ApiError'
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(details && { details }),
      code,
    }
  }
  get code(): number {
    return this.status.code
  }
  get reason(): string {
    return this.status.reason ?? ''
  }
}

/** The error that a Status from a server stands for. */
export function errorFromStatus(status: Status): ApiError {
  return new ApiError(status.code, status.reason ?? '', status.message ?? 'unknown error', status.details)
}

/** Whether `error` is an ApiError, of this reason when one is given. */
export function isApiError(error: unknown, reason?: string): error is ApiError {
  return error instanceof ApiError && (reason === undefined || error.reason === reason)
}

/** How messages name a resource: `pods`, `deployments.apps`. */
export function qualified({ group, plural }: GroupResource): string {
  return group ? `${plural}.${group}` : plural
}

const detailsOf = (resource: GroupResource, name: string): StatusDetails => ({
  ...(name && { name }),
  ...(resource.group && { group: resource.group }),
  kind: resource.plural,
})

export const notFound = (resource: GroupResource, name: string) =>
  new ApiError(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name))

export const alreadyExists = (resource: GroupResource, name: string) =>
  new ApiError(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, detailsOf(resource, name))

export const conflict = (resource: GroupResource, name: string, why: string) =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    detailsOf(resource, name),
  )

/** The `why` of a write that carries an old resourceVersion. */
export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again'

export const forbidden = (resource: GroupResource, name: string, why: string) =>
  new ApiError(
    403,
    'Forbidden',
    `${qualified(resource)}${name ? ` "${name}"` : ''} is forbidden: ${why}`,
    detailsOf(resource, name),
  )

/** `kind` is the Kind with its group: `Pod`, `Deployment.apps`. */
export function invalid(kind: { group: string; kind: string }, name: string, causes: readonly Cause[]): ApiError {
  const lines = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))]
  const all = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`
  const qualifiedKind = kind.group ? `${kind.kind}.${kind.group}` : kind.kind
  return new ApiError(422, 'Invalid', `${qualifiedKind} "${name}" is invalid: ${all}`, {
    ...(name && { name }),
    ...(kind.group && { group: kind.group }),
    kind: kind.kind,
    causes: [...causes],
  })
}

export const badRequest = (message: string) => new ApiError(400, 'BadRequest', message)

export const unauthorized = () => new ApiError(401, 'Unauthorized', 'Unauthorized')

/** No such path at all. */
export const pathNotFound = () => new ApiError(404, 'NotFound', 'the server could not find the requested resource')

export const methodNotAllowed = (resource: GroupResource, action: string) =>
  new ApiError(
    405,
    'MethodNotAllowed',
    `${action} is not supported on resources of kind "${qualified(resource)}"`,
    detailsOf(resource, ''),
  )

export const notAcceptable = (accepted: readonly string[]) =>
  new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`)

export const unsupportedMediaType = (given: string, accepted: readonly string[]) =>
  new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')} (got ${given || 'none'})`,
  )

export const tooLarge = (message: string) => new ApiError(413, 'RequestEntityTooLarge', message)

/** The history that a watch or a continue token needs is gone. */
export const expired = (message: string) => new ApiError(410, 'Expired', message)

export const timeout = (message: string) => new ApiError(504, 'Timeout', message)

export const tooManyRequests = (message: string, retryAfterSeconds: number) =>
  new ApiError(429, 'TooManyRequests', message, { retryAfterSeconds })

export const unavailable = (message: string) => new ApiError(503, 'ServiceUnavailable', message)

export const internalError = (message: string) =>
  new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ reason: '', field: '', message }],
  })
