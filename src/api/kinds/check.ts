import type { NameRule } from '../kind.ts'
import { NEGATIVE } from '../object-meta.ts'
import type { Report } from '../report.ts'

/** Reports each message about one value. */
export function invalidEach(report: Report, path: string, value: unknown, messages: readonly string[]): void {
  for (const message of messages) report.invalid(path, value, message)
}

/** A value that must be there and have a format. */
export function requireFormat(
  report: Report,
  path: string,
  value: string | undefined,
  format: (value: string) => readonly string[],
): void {
  if (!value) report.required(path)
  else invalidEach(report, path, value, format(value))
}

/** The name of another object: it must be there and keep to that kind's rule. */
export function requireName(report: Report, path: string, name: string | undefined, rule: NameRule): void {
  requireFormat(report, path, name, (value) => rule(value, false))
}

/** One of a few values, and it must be there. */
export function requireOneOf(
  report: Report,
  path: string,
  value: string | undefined,
  supported: readonly string[],
): void {
  if (!value) report.required(path)
  else optionalOneOf(report, path, value, supported)
}

/** One of a few values, if it is there. */
export function optionalOneOf(
  report: Report,
  path: string,
  value: string | undefined,
  supported: readonly string[],
): void {
  if (value !== undefined && !supported.includes(value)) report.notSupported(path, value, supported)
}

/** A number that is not below zero. */
export function nonNegative(report: Report, path: string, value: number | undefined): void {
  if (value !== undefined && value < 0) report.invalid(path, value, NEGATIVE)
}

/** Several fields of an object, none of which is below zero. */
export function nonNegativeFields<T extends object>(
  report: Report,
  object: T,
  fields: readonly (keyof T & string)[],
): void {
  for (const field of fields) nonNegative(report, field, object[field] as number | undefined)
}

/** A number above zero. */
export function positive(report: Report, path: string, value: number): void {
  if (value <= 0) report.invalid(path, value, 'must be greater than zero')
}

/** Something that must be there: `report.required` for each field that is empty. */
export function requireAll(report: Report, fields: Readonly<Record<string, unknown>>): void {
  for (const [path, value] of Object.entries(fields)) {
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) report.required(path)
  }
}

/** Permissions of a file: 0 to 0777. */
export function fileMode(report: Report, path: string, mode: number | undefined): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) {
    report.invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive')
  }
}

/** A path that never goes up. */
export function noBacksteps(report: Report, path: string, target: string): void {
  if (target.split('/').includes('..')) report.invalid(path, target, "must not contain '..'")
}

/** A relative path that never goes up. */
export function descendingPath(report: Report, path: string, target: string): void {
  if (target.startsWith('/')) report.invalid(path, target, 'must be a relative path')
  noBacksteps(report, path, target)
}

/** A relative path that never goes up, and does not look as if it did. */
export function nonReservedPath(report: Report, path: string, target: string): void {
  descendingPath(report, path, target)
  if (/^\.\.(?!\/)/.test(target)) report.invalid(path, target, "must not start with '..'")
}
