import { ApiError, forbidden } from '../../api/errors.ts'
import type { UserInfo } from '../../api/exchange.ts'
import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import type { Reservation } from '../strategy/hooks.ts'

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
  /** Notes something in the audit event of the request, where there is one. */
  annotate?(key: string, value: string): void
}

/** Looks at writes before they happen. All functions throw an ApiError to refuse. */
export interface AdmissionPlugin {
  name: string
  operations: readonly Operation[]
  /** May change `request.object`, in place. */
  admit?(request: AdmissionRequest): Promise<void> | void
  /** Sees the object as it will be stored. */
  validate?(request: AdmissionRequest): Promise<void> | void
  /** When nobody has anything against the write: takes what it will use up. */
  reserve?(request: AdmissionRequest): Promise<Reservation>
}

/** All plugins, as one; asked in this order. */
export interface Admission {
  admit(request: AdmissionRequest): Promise<void>
  validate(request: AdmissionRequest): Promise<void>
  reserve(request: AdmissionRequest): Promise<Reservation>
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
    async reserve(request) {
      const made: Reservation[] = []
      const revert = async () => {
        for (const reservation of made) await reservation.revert()
      }
      try {
        for (const plugin of handling(request)) if (plugin.reserve) made.push(await plugin.reserve(request))
      } catch (error) {
        await revert()
        throw error
      }
      return { commit: () => made.forEach(({ commit }) => commit()), revert }
    },
  }
}

/** Whether the write is about an object of this kind itself, rather than a subresource. */
export function isFor<T extends KubeObject>({ kind, subresource }: AdmissionRequest, wanted: Kind<T>): boolean {
  return kind.plural === wanted.plural && kind.group === wanted.group && subresource === ''
}

/** A plugin's refusal, in upstream's words: `pods "a" is forbidden: <why>`. */
export function refused({ kind, name, object }: AdmissionRequest, why: string): ApiError {
  const { name: own, generateName } = object?.metadata ?? {}
  return forbidden(kind, name || own || generateName || 'Unknown', why)
}
