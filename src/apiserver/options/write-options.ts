import type { Report } from '../../api/report.ts'
import { type Call, header } from '../call.ts'
import { booleanIn, checkDryRun, checkOptions } from './query.ts'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** How a create, update or patch is to be done. */
export interface WriteOptions {
  /** Do everything but store. */
  dryRun: boolean
  /** Who comes to own the fields: `fieldManager`, or the start of the user agent. */
  manager: string
  fieldValidation: FieldValidation
  /** Server-side apply only: take over fields that others own. */
  force: boolean
}

const MANAGER_MAX_CHARACTERS = 128

/** Reads and checks the query of a write; `apply` for server-side apply, which must name its manager. */
export function writeOptions(
  call: Call,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  apply = false,
): WriteOptions {
  const { query } = call
  const dryRun = query.getAll('dryRun').filter((value) => value !== '')
  const manager = query.get('fieldManager') ?? ''
  const fieldValidation = query.get('fieldValidation') ?? ''
  const force = booleanIn(query, 'force')
  checkOptions(kind, (report) => {
    if (apply && !manager) report.required('fieldManager', 'is required for apply patch')
    if (kind === 'PatchOptions' && !apply && force !== undefined) {
      report.forbidden('force', 'may not be specified for non-apply patch')
    }
    checkManager(manager, report)
    checkDryRun(dryRun, report)
    if (!['', 'Ignore', 'Warn', 'Strict'].includes(fieldValidation)) {
      report.notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn'])
    }
  })
  return {
    dryRun: dryRun.length > 0,
    manager: manager || managerFrom(header(call, 'user-agent')),
    fieldValidation: (fieldValidation || 'Warn') as FieldValidation,
    force: force ?? false,
  }
}

function checkManager(manager: string, report: Report): void {
  if (Buffer.byteLength(manager) > MANAGER_MAX_CHARACTERS) report.tooLong('fieldManager', MANAGER_MAX_CHARACTERS)
  let at = 0
  for (const character of manager) {
    if (!isPrintable(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
      report.invalid('fieldManager', manager, `invalid character U+${code} (at position ${at})`)
    }
    at += Buffer.byteLength(character)
  }
}

/** What stands before the first slash of the user agent: `kubectl-create` of `kubectl-create/v1.32 (linux/amd64)`. */
function managerFrom(userAgent: string): string {
  const printable = [...(userAgent.split('/')[0] ?? '')].filter(isPrintable)
  return printable.join('').slice(0, MANAGER_MAX_CHARACTERS)
}

/** Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols, and the plain space. */
function isPrintable(character: string): boolean {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)
}
