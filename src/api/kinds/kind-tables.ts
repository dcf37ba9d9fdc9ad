import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clone } from '../equal.ts'
import type { Kind } from '../kind.ts'
import type { KubeObject } from '../meta.ts'
import { createProblems, made, statusProblems, updateProblems } from './problems.ts'

/** Five minutes after every object of a table was made. */
const NOW = Date.parse('2026-01-01T00:05:00Z')

/** A test for each sketch of a new object: all that must be said of it, nothing when it is good. */
export function creates<T extends KubeObject>(kind: Kind<T>, table: [sketch: object, ...problems: string[]][]): void {
  for (const [sketch, ...problems] of table) {
    test(`a new ${kind.kind} ${JSON.stringify(sketch).slice(0, 110)}`, () =>
      assert.deepEqual(createProblems(kind, sketch), problems))
  }
}

/** A test for each change to an object made of `sketch`. */
export function updates<T extends KubeObject>(
  kind: Kind<T>,
  sketch: object,
  table: [what: string, change: (object: T) => void, ...problems: string[]][],
): void {
  for (const [what, change, ...problems] of table) {
    test(`an update of a ${kind.kind}: ${what}`, () => {
      const old = made(kind, sketch)
      const next = clone(old)
      change(next)
      assert.deepEqual(updateProblems(kind, old, next), problems)
    })
  }
}

/** A test for each way from one status to the next. */
export function statuses<T extends KubeObject>(
  kind: Kind<T>,
  sketch: object,
  table: [old: object, next: object, ...problems: string[]][],
): void {
  for (const [old, next, ...problems] of table) {
    test(`a status of a ${kind.kind} ${JSON.stringify(next).slice(0, 110)} after ${JSON.stringify(old)}`, () => {
      const before = { ...made(kind, sketch), status: old } as T
      assert.deepEqual(statusProblems(kind, before, { ...clone(before), status: next }), problems)
    })
  }
}

/** The cells of a wide table, by the names of their columns. */
export function row<T extends KubeObject>(kind: Kind<T>, sketch: object, status?: object): Record<string, unknown> {
  const object = { ...made(kind, sketch), ...(status && { status }) }
  return Object.fromEntries(kind.columns.map(({ name, cell }) => [name, cell(object, NOW)]))
}
