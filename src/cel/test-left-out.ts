import type { SimpleTest } from '@bufbuild/cel-spec/cel/expr/conformance/test/simple_pb.js'

/** Why cases of the official suite are left out: all of a kind, or those that are named. */
export interface Reason {
  readonly why: string
  readonly fits?: (path: string, test: SimpleTest) => boolean
  readonly names?: readonly string[]
}

const MESSAGES =
  /\b(TestAllTypes|NestedTestAllTypes|GlobalEnum|NestedEnum|proto\.(has|get)Ext)\b|google\.protobuf\.\w+\s*\{|google\.protobuf\.(Value|NullValue|Any)\b|cel\.\s*expr\s*\./

export const REASONS: readonly Reason[] = [
  {
    why: 'protobuf messages and enums: what Kubernetes binds is JSON',
    fits: (path, { expr, typeEnv, bindings }) =>
      MESSAGES.test(expr) ||
      /^(proto2|proto2_ext|proto3|enums|wrappers|dynamic)\//.test(path) ||
      typeEnv.some(({ declKind }) => declKind.case === 'ident' && usesMessage(declKind.value.type)) ||
      Object.values(bindings).some(
        ({ kind }) =>
          kind.case === 'value' && kind.value.kind.case === 'objectValue' && !isTime(kind.value.kind.value.typeUrl),
      ),
  },
  {
    why: 'cel.block, which optimizers of other implementations put into expressions and no one writes',
    fits: (path) => path.startsWith('block_ext/'),
  },
  {
    why: 'functions declared by the case itself: libraries declare functions here',
    fits: (_, { typeEnv }) => typeEnv.some(({ declKind }) => declKind.case === 'function'),
  },
  {
    why: 'string.format of a newer version: Kubernetes keeps version 2, which writes numbers in American English',
    names: [
      'scientific notation formatting clause',
      'default precision for scientific notation',
      'NaN support for scientific notation',
      'positive infinity support for scientific notation',
      'negative infinity support for scientific notation',
      'NaN support for decimal',
      'positive infinity support for decimal',
      'negative infinity support for decimal',
      'positive infinity support for fixed-point',
      'negative infinity support for fixed-point',
      'list support for string',
      'map support for string',
      'map support (all key types)',
      'dyntype support for scientific notation',
      'dyntype NaN/infinity support',
      'dyntype support for lists',
      'dyntype support for maps',
      'scientific notation formatting clause in a string variable',
    ].map((name) => `string_ext/format/${name}`),
  },
  {
    why: 'an offset behind the text, which cel-go 0.26 answers with -1',
    names: ['string_ext/value_errors/indexof_out_of_range', 'string_ext/value_errors/lastindexof_out_of_range'],
  },
  {
    why: 'maps with a key twice, or with a double for a key: cel-go takes them as well',
    names: ['map_key_float', 'map_value_repeat_key', 'map_value_repeat_key_heterogeneous'].map(
      (name) => `fields/qualified_identifier_resolution/${name}`,
    ),
  },
  {
    why: 'selecting from what has no fields, which is an error only where an option says so that Kubernetes does not set',
    names: ['optionals/optionals/map_null_entry_no_such_key', 'optionals/optionals/map_present_key_invalid_field'],
  },
  {
    why: 'a list of an optional and null: cel-go 0.26 finds another type for it, and Kubernetes refuses it',
    names: ['type_deductions/legacy_nullable_types/null_assignable_to_abstract_parameter_candidate'],
  },
]

type AnyType = Extract<SimpleTest['typeEnv'][number]['declKind'], { case: 'ident' }>['value']['type']

function usesMessage(type: AnyType): boolean {
  const kind = type?.typeKind
  if (kind?.case === 'messageType' || kind?.case === 'wrapper') return true
  if (kind?.case === 'listType') return usesMessage(kind.value.elemType)
  return kind?.case === 'mapType' && (usesMessage(kind.value.keyType) || usesMessage(kind.value.valueType))
}

const isTime = (typeUrl: string) => /google\.protobuf\.(Timestamp|Duration)$/.test(typeUrl)

/** The reason why a case is left out, if it is. */
export function leftOut(path: string, test: SimpleTest): Reason | undefined {
  return REASONS.find(({ fits, names }) => fits?.(path, test) || names?.includes(path))
}
