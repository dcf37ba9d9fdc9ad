/** One thing that is wrong with an object, in the words of apimachinery's `field.Error`. */
export interface Cause {
  /** FieldValueInvalid, FieldValueRequired … as in metav1.CauseType. */
  reason: string
  message: string
  field: string
}

/** Collects what is wrong with an object; paths are relative to where the report stands (`at`). */
export interface Report {
  invalid(path: string, value: unknown, detail: string): void
  required(path: string, detail?: string): void
  forbidden(path: string, detail: string): void
  notSupported(path: string, value: unknown, supported: readonly string[]): void
  duplicate(path: string, value: unknown, detail?: string): void
  tooLong(path: string, maxBytes: number): void
  tooMany(path: string, count: number, max: number): void
  typeInvalid(path: string, value: unknown, detail: string): void
  notFound(path: string, value: unknown, detail?: string): void
  /** The same report, standing deeper: `report.at('spec').at('containers', 0)`. */
  at(...path: (string | number)[]): Report
  readonly causes: readonly Cause[]
}

/** Joins two field paths: names with a dot, indexes and quoted keys without. */
export function joinPath(base: string, rest: string): string {
  if (!base || !rest) return base || rest
  return rest.startsWith('[') ? base + rest : `${base}.${rest}`
}

/** `at('spec', 'containers', 0)` is `spec.containers[0]`. */
export function pathOf(parts: (string | number)[]): string {
  return parts.reduce<string>((path, part) => joinPath(path, typeof part === 'number' ? `[${part}]` : part), '')
}

/** A value as Go's `%v`-like printing in field errors shows it: strings quoted, objects as JSON. */
export function printValue(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value)
}

/** As the value of `invalid`: says what is wrong without showing the value. */
export const OMIT_VALUE: unique symbol = Symbol('omitted')

const withDetail = (value: unknown, detail?: string) => (detail ? `${printValue(value)}: ${detail}` : printValue(value))

export function report(base = '', causes: Cause[] = []): Report {
  const add = (reason: string, kind: string) => (path: string, detail: string) => {
    const field = joinPath(base, path)
    causes.push({ reason, field, message: detail ? `${kind}: ${detail}` : kind })
  }
  const invalid = add('FieldValueInvalid', 'Invalid value')
  const required = add('FieldValueRequired', 'Required value')
  const notSupported = add('FieldValueNotSupported', 'Unsupported value')
  return {
    causes,
    invalid: (path, value, detail) => invalid(path, value === OMIT_VALUE ? detail : `${printValue(value)}: ${detail}`),
    required: (path, detail = '') => required(path, detail),
    forbidden: add('FieldValueForbidden', 'Forbidden'),
    notSupported: (path, value, supported) =>
      notSupported(path, `${printValue(value)}: supported values: ${supported.map((v) => `"${v}"`).join(', ')}`),
    duplicate: (path, value, detail) => add('FieldValueDuplicate', 'Duplicate value')(path, withDetail(value, detail)),
    tooLong: (path, maxBytes) => add('FieldValueTooLong', 'Too long')(path, `may not be more than ${maxBytes} bytes`),
    tooMany: (path, count, max) =>
      add('FieldValueTooMany', 'Too many')(path, `${count}: must have at most ${max} item${max === 1 ? '' : 's'}`),
    typeInvalid: (path, value, detail) =>
      add('FieldValueTypeInvalid', 'Invalid value')(path, `${printValue(value)}: ${detail}`),
    notFound: (path, value, detail) => add('FieldValueNotFound', 'Not found')(path, withDetail(value, detail)),
    at: (...path) => report(joinPath(base, pathOf(path)), causes),
  }
}
