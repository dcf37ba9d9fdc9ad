import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getParsingSuite, type IncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js'
import { OPTIONAL_TYPES } from './libraries/optional.ts'
import { existsOneParts, loopMacro, STANDARD_MACROS } from './macros.ts'
import { parse } from './parser.ts'

/** What the parser of upstream takes and what it refuses, from its own tests. */
function* expressionsOf({ tests, suites }: IncrementalTestSuite): Generator<{ expression: string; isTaken: boolean }> {
  for (const { original, ast } of tests) yield { expression: original.expr, isTaken: ast !== undefined }
  for (const suite of suites) yield* expressionsOf(suite)
}

/** Optional values and names in backticks: upstream's parser takes them only when it is told to. */
const isOptional = (expression: string) => /\.\?|[[{] ?\?|`/.test(expression)

const all = [...expressionsOf(getParsingSuite())].filter(
  ({ expression, isTaken }) => isTaken || !isOptional(expression),
)

const macros = [...STANDARD_MACROS, ...(OPTIONAL_TYPES.macros ?? []), loopMacro('existsOne', 1, 2, existsOneParts)]

test(`${all.length} expressions are taken or refused as upstream's parser does`, () => {
  const otherwise = all.filter(({ expression, isTaken }) => {
    const { expr } = parse(expression, { macros, allowsEscapes: true, maxDepth: 32 })
    return (expr !== undefined) !== isTaken
  })
  assert.deepEqual(otherwise, [])
})
