import { quantityProblem } from '../../quantity.ts'

export type Json = Record<string, unknown>

/** What `JSON.parse` makes of a text; `undefined`: it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Whoever may write annotations may write anything into them.
    return undefined
  }
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isQuantity(value: unknown): boolean {
  return (typeof value === 'string' || typeof value === 'number') && quantityProblem(String(value)) === undefined
}
