/** An integer, or text: a percentage (`25%`) or the name of a port. */
export type IntOrString = number | string

/** Reads `5`, `'5'` or `'25%'` as a count of `total`; percentages are rounded up or down as asked. Throws RangeError for other text. */
export function scaledValue(value: IntOrString, total: number, rounding: 'up' | 'down'): number {
  if (typeof value === 'number') return value
  const percent = percentOf(value)
  if (percent === undefined) throw new RangeError('invalid type: string is not a percentage')
  const exact = (percent * total) / 100
  return rounding === 'up' ? Math.ceil(exact) : Math.floor(exact)
}

/** The 25 of `'25%'`; `undefined` for anything else. */
export function percentOf(value: IntOrString): number | undefined {
  return typeof value === 'string' && /^[0-9]+%$/.test(value) ? Number.parseInt(value, 10) : undefined
}

/** The port that `value` means: a number (also as text), or the number of the port with that name. */
export function portNumber(value: IntOrString, named: (name: string) => number | undefined): number | undefined {
  if (typeof value === 'number') return value
  return /^[0-9]+$/.test(value) ? Number.parseInt(value, 10) : named(value)
}
