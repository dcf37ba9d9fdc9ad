/** Labels of an object, or its fields by path. */
export type Labels = Readonly<Record<string, string>>

/** What a requirement does with the value of its key, as selectors in text name it. */
export type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt'

/** One condition on labels. */
export interface Requirement {
  readonly key: string
  readonly operator: Operator
  readonly values: readonly string[]
}

/** Whether labels meet a requirement. */
export function meets({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value)
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    default:
      return isBeyond(operator, value, values)
  }
}

function isBeyond(operator: 'gt' | 'lt', value: string | undefined, [limit, ...more]: readonly string[]): boolean {
  if (value === undefined || limit === undefined || more.length) return false
  const [left, right] = [parseInteger(value), parseInteger(limit)]
  if (left === undefined || right === undefined) return false
  return operator === 'gt' ? left > right : left < right
}

const INT64_MAX = 2n ** 63n - 1n

/** A 64-bit integer in text, as Go reads one. */
export function parseInteger(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined
  const number = BigInt(text.replace(/^\+/, ''))
  return number > INT64_MAX || number < -INT64_MAX - 1n ? undefined : number
}

const SIGNS: Readonly<Record<Operator, string>> = {
  '=': '=',
  '==': '==',
  '!=': '!=',
  in: ' in ',
  notin: ' notin ',
  exists: '',
  '!': '',
  gt: '>',
  lt: '<',
}

/** A requirement as text: `a=b`, `!a`, `a in (b,c)`. */
export function printRequirement({ key, operator, values }: Requirement): string {
  if (operator === 'exists') return key
  if (operator === '!') return `!${key}`
  const list = values.toSorted().join(',')
  return `${key}${SIGNS[operator]}${operator === 'in' || operator === 'notin' ? `(${list})` : list}`
}
