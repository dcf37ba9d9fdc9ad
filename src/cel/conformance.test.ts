import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Type as ProtoType } from '@bufbuild/cel-spec/cel/expr/checked_pb.js'
import type { SimpleTest } from '@bufbuild/cel-spec/cel/expr/conformance/test/simple_pb.js'
import type { Value as ProtoValue } from '@bufbuild/cel-spec/cel/expr/value_pb.js'
import { getTestRegistry } from '@bufbuild/cel-spec/testdata/registry.js'
import { getConformanceSuite, type IncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js'
import { anyUnpack } from '@bufbuild/protobuf/wkt'
import { compile, compileUnchecked } from './compile.ts'
import { leftOut, REASONS } from './test-left-out.ts'
import { makeEnvironment } from './environment.ts'
import { equal } from './equality.ts'
import { BINDINGS } from './libraries/bindings.ts'
import { ENCODERS } from './libraries/encoders.ts'
import { LISTS } from './libraries/lists.ts'
import { MATH } from './libraries/math.ts'
import { OPTIONAL_TYPES } from './libraries/optional.ts'
import { STRING_REVERSE, STRINGS } from './libraries/strings.ts'
import { TWO_VARIABLES } from './libraries/two-variables.ts'
import {
  ANY,
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  formatType,
  INT,
  listOf,
  mapOf,
  NULL,
  opaqueOf,
  paramOf,
  STRING,
  sameType,
  TIMESTAMP,
  Type,
  typeOf,
  UINT,
} from './types.ts'
import { Double, Duration, intOf, isError, Timestamp, Uint, type Value, ValueMap } from './values.ts'

/** The suite that all implementations of CEL are held to. What is left out, and why, stands in its own file. */

const LIBRARIES = [OPTIONAL_TYPES, STRINGS, STRING_REVERSE, MATH, ENCODERS, BINDINGS, TWO_VARIABLES, LISTS]

function toValue({ kind }: ProtoValue): Value {
  switch (kind.case) {
    case 'nullValue':
      return null
    case 'boolValue':
    case 'stringValue':
    case 'bytesValue':
      return kind.value
    case 'int64Value':
      return intOf(kind.value) as Value
    case 'uint64Value':
      return new Uint(kind.value)
    case 'doubleValue':
      return new Double(kind.value)
    case 'listValue':
      return kind.value.values.map(toValue)
    case 'mapValue':
      return new ValueMap(
        kind.value.entries.map(({ key, value }) => [toValue(key as ProtoValue), toValue(value as ProtoValue)] as const),
      )
    case 'typeValue':
      return new Type('opaque', kind.value)
    case 'objectValue':
      return toTime(kind.value)
    default:
      throw new Error(`no value of kind ${kind.case}`)
  }
}

function toTime(any: Parameters<typeof anyUnpack>[0]): Value {
  const message = anyUnpack(any, getTestRegistry()) as { $typeName: string; seconds: bigint; nanos: number }
  const nanos = message.seconds * 10n ** 9n + BigInt(message.nanos)
  return message.$typeName.endsWith('.Timestamp') ? new Timestamp(nanos) : new Duration(nanos)
}

const PRIMITIVES = [DYN, BOOL, INT, UINT, DOUBLE, STRING, BYTES]
const WELL_KNOWN = [DYN, ANY, TIMESTAMP, DURATION]

function toType(type: ProtoType | undefined): Type {
  const kind = type?.typeKind
  switch (kind?.case) {
    case 'dyn':
      return DYN
    case 'null':
      return NULL
    case 'primitive':
      return PRIMITIVES[kind.value] as Type
    case 'wellKnown':
      return WELL_KNOWN[kind.value] as Type
    case 'listType':
      return listOf(toType(kind.value.elemType))
    case 'mapType':
      return mapOf(toType(kind.value.keyType), toType(kind.value.valueType))
    case 'type':
      return typeOf(toType(kind.value))
    case 'abstractType':
      return opaqueOf(kind.value.name, ...kind.value.parameterTypes.map(toType))
    case 'typeParam':
      return paramOf(kind.value)
    default:
      throw new Error(`no type of kind ${kind?.case}`)
  }
}

function environmentOf({ container, typeEnv, disableMacros }: SimpleTest) {
  const variables = typeEnv.map(({ name, declKind }) => {
    assert.equal(declKind.case, 'ident')
    return [name, toType(declKind.case === 'ident' ? declKind.value.type : undefined)] as const
  })
  return makeEnvironment({
    container,
    variables: Object.fromEntries(variables),
    libraries: LIBRARIES,
    allowsEscapes: true,
    ...(disableMacros && { macros: [] }),
  })
}

function bindingsOf({ bindings }: SimpleTest): Record<string, Value> {
  const bound = Object.entries(bindings).map(([name, { kind }]) => {
    if (kind.case !== 'value') throw new Error(`no binding of kind ${kind.case}`)
    return [name, toValue(kind.value)] as const
  })
  return Object.fromEntries(bound)
}

const isNaNDouble = (value: Value) => value instanceof Double && Number.isNaN(value.value)

/** Equality, which takes numbers of all types for one; so that the kinds are compared besides. */
const isSame = (wanted: Value, found: Value) =>
  (isNaNDouble(wanted) && isNaNDouble(found)) ||
  (equal(wanted, found) && wanted instanceof Double === found instanceof Double)

function wantedValue({ resultMatcher }: SimpleTest): Value {
  if (resultMatcher.case === 'value') return toValue(resultMatcher.value)
  const typed = resultMatcher.case === 'typedResult' ? resultMatcher.value.result : undefined
  return typed ? toValue(typed) : true
}

/** Runs one case. Throws when it does not come out as wanted. */
function check(each: SimpleTest): void {
  const environment = environmentOf(each)
  const compiled = each.disableCheck ? compileUnchecked(each.expr, environment) : compile(each.expr, environment)
  const { resultMatcher } = each
  const wantsError = resultMatcher.case === 'evalError' || resultMatcher.case === 'anyEvalErrors'
  if (compiled.errors) {
    assert.ok(wantsError, compiled.errors.message)
    return
  }
  const { program } = compiled
  if (resultMatcher.case === 'typedResult' && resultMatcher.value.deducedType) {
    const wanted = toType(resultMatcher.value.deducedType)
    assert.ok(sameType(wanted, program.type), `${formatType(program.type)} is not ${formatType(wanted)}`)
  }
  if (each.checkOnly) return
  const { value } = program.evaluate(bindingsOf(each))
  assert.equal(isError(value), wantsError, isError(value) ? value.message : 'an error was wanted')
  if (!wantsError) assert.ok(isSame(wantedValue(each), value), `got ${String(value)}`)
}

interface Case {
  path: string
  each: SimpleTest
}

function* casesOf({ tests, suites }: IncrementalTestSuite, path: string): Generator<Case> {
  for (const { original, name } of tests) yield { path: `${path}${name}`, each: original }
  for (const suite of suites) yield* casesOf(suite, `${path}${suite.name}/`)
}

const all = [...casesOf(getConformanceSuite(), '')]
const groups = Map.groupBy(all, ({ path, each }) => leftOut(path, each))
const run = groups.get(undefined) ?? []

for (const [suite, cases] of Map.groupBy(run, ({ path }) => path.split('/')[0] as string)) {
  test(`the official suite: ${suite}, ${cases.length} cases`, async (t) => {
    for (const { path, each } of cases) await t.test(path, () => check(each))
  })
}

test(`${run.length} of ${all.length} cases of the official suite are run, and each reason to leave some out is needed`, () => {
  const unused = REASONS.filter((reason) => !groups.has(reason))
  assert.deepEqual(unused, [])
  assert.ok(run.length >= 1594, `${run.length} cases`)
})

test('what is left out by name would fail', () => {
  const fails = (each: SimpleTest) => {
    try {
      check(each)
      return false
    } catch {
      // Whatever keeps it from passing is why it is left out.
      return true
    }
  }
  const named = REASONS.filter(({ names }) => names).flatMap((reason) => groups.get(reason) ?? [])
  assert.deepEqual(
    named.filter(({ each }) => !fails(each)).map(({ path }) => path),
    [],
  )
})
