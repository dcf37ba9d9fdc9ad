/** Throws when `condition` does not hold: for bugs, never for what input or the outside can cause. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`bug: ${message}`)
}
