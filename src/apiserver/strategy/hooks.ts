import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import type { DeleteOptions } from '../options/delete-options.ts'
import type { DeletePlan } from './plan-delete.ts'

/** What was reserved outside the store for a write that may still fail: one of the two is called. */
export interface Reservation {
  commit(): void
  revert(): void
}

/** What storing one kind involves beyond what its Kind says. */
export interface Hooks {
  /** Before validation of a new object; may fill in what it reserves. */
  beginCreate?(object: KubeObject, dryRun: boolean): Reservation
  /** Before validation of a changed object. */
  beginUpdate?(next: KubeObject, old: KubeObject, dryRun: boolean): Reservation
  /** After the object is gone. */
  afterDelete?(object: KubeObject): void
  /** Instead of `planDelete`. */
  planDelete?(kind: Kind, object: KubeObject, options: DeleteOptions, now: number): DeletePlan
  /** Whether an update of a dying object without finalizers takes it away; true when absent. */
  mayGo?(object: KubeObject): boolean
}

export const NO_RESERVATION: Reservation = { commit: () => {}, revert: () => {} }
