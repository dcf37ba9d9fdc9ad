import type { Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import type { Report } from '../../api/report.ts'
import type { Context } from '../context.ts'
import type { DeleteOptions } from '../options/delete-options.ts'
import type { DeletePlan } from './plan-delete.ts'

/** What was reserved outside the store for a write that may still fail: one of the two is called. */
export interface Reservation {
  commit(): void
  revert(): void | Promise<void>
}

/** What storing one kind involves beyond what its Kind says. */
export interface Hooks {
  /** Before validation of a new object; may fill in what it reserves. */
  beginCreate?(object: KubeObject, dryRun: boolean): Reservation
  /** Before validation of a changed object. */
  beginUpdate?(next: KubeObject, old: KubeObject, dryRun: boolean): Reservation
  /** Reports what is wrong with an object beyond what its kind can tell; `old` is absent for a new one. */
  validate?(object: KubeObject, old: KubeObject | undefined, report: Report): void
  /** After the object is gone. */
  afterDelete?(object: KubeObject, context: Context): void | Promise<void>
  /** Instead of `planDelete`. */
  planDelete?(kind: Kind, object: KubeObject, options: DeleteOptions, now: number): DeletePlan
  /** Whether an update of a dying object without finalizers takes it away; true when absent. */
  mayGo?(object: KubeObject): boolean
}

export const NO_RESERVATION: Reservation = { commit: () => {}, revert: () => {} }

/** Carries out a write: what was reserved for it is kept when it happens, and given back when it does not. */
export async function withReservation<T>(reservation: Reservation, write: () => Promise<T>): Promise<T> {
  try {
    const written = await write()
    reservation.commit()
    return written
  } catch (error) {
    await reservation.revert()
    throw error
  }
}
