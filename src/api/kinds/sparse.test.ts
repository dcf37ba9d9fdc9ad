import { test } from 'node:test'
import { builtinSchema } from '../builtin-schema.ts'
import { clone } from '../equal.ts'
import type { Kind } from '../kind.ts'
import type { Schema } from '../schema.ts'
import { KINDS } from './index.ts'
import { createProblems, made, statusProblems, updateProblems } from './problems.ts'

/** Types contain themselves, so somewhere it must end. */
const DEPTH_MAX = 7

/** A value of a schema in which everything is there down to `depth`, and nothing says anything. */
function emptyOf(schema: Schema, depth: number): unknown {
  const { type, properties = {}, items, additionalProperties, $ref } = { ...builtinSchema.resolve(schema), ...schema }
  if ($ref?.endsWith('.Quantity')) return '0'
  if ($ref?.endsWith('.IntOrString') || type === 'integer' || type === 'number') return 0
  if (type === 'boolean') return false
  if (type === 'array') return depth > 0 && items ? [emptyOf(items, depth - 1)] : []
  if (type === 'object') {
    const fields = depth > 0 ? Object.entries(properties) : []
    const values =
      typeof additionalProperties === 'object' && depth > 0 ? { a: emptyOf(additionalProperties, depth - 1) } : {}
    return { ...values, ...Object.fromEntries(fields.map(([name, one]) => [name, emptyOf(one, depth - 1)])) }
  }
  return ''
}

/** An object of a kind with a name, and nothing else that anybody could count on. */
function sparse(kind: Kind, depth: number): Record<string, unknown> {
  const {
    metadata: _,
    apiVersion: __,
    kind: ___,
    ...rest
  } = emptyOf({ $ref: kind.type }, depth) as Record<string, unknown>
  return { metadata: { uid: 'u' }, ...rest }
}

function statusOf({ type }: Kind): Schema {
  return builtinSchema.child({ $ref: type }, 'status') ?? {}
}

for (const kind of KINDS) {
  test(`a ${kind.apiVersion} ${kind.kind} that says next to nothing is told what is missing`, () => {
    for (let depth = 0; depth <= DEPTH_MAX; depth++) {
      const sketch = sparse(kind, depth)
      const isGood = createProblems(kind, sketch).length === 0
      const object = made(kind, sketch)
      updateProblems(kind, object, clone(object))
      const shown = kind.status ? { ...object, status: emptyOf(statusOf(kind), depth) } : object
      if (kind.status) statusProblems(kind, object, shown)
      // What is not good is never stored, so it is never shown.
      if (isGood) for (const { cell } of kind.columns) cell(shown, 0)
    }
  })
}
