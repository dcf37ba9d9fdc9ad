import { type Report } from '../report.ts'

/** One way in which a value is not as its schema wants it, in the words of kube-openapi. */
export interface Violation {
  kind: 'type' | 'required' | 'enum' | 'tooLong' | 'tooMany' | 'other'
  /** Where: `spec.replicas`; '' is the root. */
  path: string
  value?: unknown
  /** All of it: `spec.replicas in body must be of type integer: "string"`. */
  message: string
  /** What would be allowed, for enums. */
  allowed?: readonly unknown[]
  /** The largest length or number, for what is too long or too many. */
  max?: number
}

/** What a check found, and how much was right: of several alternatives that fail, the one that came closest is told of. */
export class Result {
  readonly violations: Violation[] = []
  matches = 0

  add(violation: Violation): this {
    if (!this.violations.some(({ message }) => message === violation.message)) this.violations.push(violation)
    return this
  }

  merge(other: Result): this {
    for (const violation of other.violations) this.add(violation)
    this.matches += other.matches
    return this
  }

  get isValid(): boolean {
    return this.violations.length === 0
  }
}

/** How a nil path prints. */
const NOWHERE = '<nil>'

/** Tells violations as causes; `prefix` is where the checked value stands. */
export function reportViolations(violations: readonly Violation[], report: Report, prefix = ''): void {
  for (const violation of violations) tell(violation, report, prefix)
}

function tell({ kind, path, value, message, allowed = [], max = 0 }: Violation, report: Report, prefix: string): void {
  const own = path.replace(/^\./, '')
  const at = [prefix, own].filter(Boolean).join('.') || NOWHERE
  switch (kind) {
    case 'required':
      return report.required(at)
    case 'enum':
      return report.notSupported(at, value, allowed.map(textOf))
    case 'tooLong':
      return report.tooLong(at, max)
    case 'tooMany':
      return report.tooMany(at, value as number, max)
    case 'type':
      return report.typeInvalid(at, value ?? '', message)
    case 'other':
      return report.invalid(at, value ?? '', message)
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
