import { ApiError, forbidden } from '../../api/errors.ts'
import type { UserInfo } from '../../api/exchange.ts'
import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

/** A write that is about to happen. */
export interface AdmissionRequest {
  operation: Operation
  kind: Kind
  /** '' for the object itself. */
  subresource: string
  namespace: string
  /** '' while the name is yet to be generated. */
  name: string
  /** The new object: plugins that admit may change it. Absent with DELETE. */
  object?: KubeObject
  /** The object as stored. Absent with CREATE. Shared: never change it. */
  old?: KubeObject
  user: UserInfo
  dryRun: boolean
  warn(text: string): void
}

/** Looks at writes before they happen. Both functions throw an ApiError to refuse. */
export interface AdmissionPlugin {
  name: string
  operations: readonly Operation[]
  /** May change `request.object`, in place. */
  admit?(request: AdmissionRequest): Promise<void> | void
  /** Sees the object as it will be stored. */
  validate?(request: AdmissionRequest): Promise<void> | void
}

/** All plugins, as one. */
export interface Admission {
  admit(request: AdmissionRequest): Promise<void>
  validate(request: AdmissionRequest): Promise<void>
}

/** Asks each plugin in turn. */
export function admissionChain(plugins: readonly AdmissionPlugin[]): Admission {
  const handling = ({ operation }: AdmissionRequest) =>
    plugins.filter(({ operations }) => operations.includes(operation))
  return {
    async admit(request) {
      for (const plugin of handling(request)) await plugin.admit?.(request)
    },
    async validate(request) {
      for (const plugin of handling(request)) await plugin.validate?.(request)
    },
  }
}

/** A plugin's refusal, in upstream's words: `pods "a" is forbidden: <why>`. */
export function refused({ kind, name, object }: AdmissionRequest, why: string): ApiError {
  const { name: own, generateName } = object?.metadata ?? {}
  return forbidden(kind, name || own || generateName || 'Unknown', why)
}
