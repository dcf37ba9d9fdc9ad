import { isApiError } from '../api/errors.ts'

/** Whether a creation failed because its namespace goes away: then there is nothing to do, now or later. */
export function isNamespaceTerminating(error: unknown): boolean {
  return (
    isApiError(error) && (error.status.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating')
  )
}

/** What an event or a condition says about a failure. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Waits for a deletion; that the object is gone already is as good. */
export async function ignoringNotFound(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error
  }
}
