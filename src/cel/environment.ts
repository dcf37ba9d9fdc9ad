import type { CallCost } from './cost.ts'
import type { FunctionDeclaration, Library, CheckConstants } from './declarations.ts'
import type { Macro } from './macros.ts'
import { STANDARD_MACROS } from './macros.ts'
import { STANDARD_FUNCTIONS } from './standard-library.ts'
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  INT,
  LIST,
  MAP,
  NULL,
  STRING,
  TIMESTAMP,
  TYPE,
  type Type,
  UINT,
} from './types.ts'
import type { Value } from './values.ts'

/** Tells of the object types that an environment's variables have. */
export interface TypeProvider {
  /** Whether an object type of this name exists. */
  hasStruct(name: string): boolean
  /** The type of a field, by the name that expressions use; nothing when there is no such field. */
  fieldType(struct: string, field: string): Type | undefined
  /** Makes an object, `Name{field: value}`; a CelError when it cannot. Missing where objects cannot be made. */
  create?(struct: string, fields: ReadonlyMap<string, Value>): Value
}

/** What an expression is compiled against. */
export interface Environment {
  /** The namespace in which names are looked up first. */
  readonly container: string
  readonly variables: ReadonlyMap<string, Type>
  readonly functions: ReadonlyMap<string, FunctionDeclaration>
  readonly macros: readonly Macro[]
  /** Whether fields can be named in backticks, which Kubernetes does not have. */
  readonly allowsEscapes: boolean
  /** Names that stand for types: `int`, `net.IP`. */
  readonly types: ReadonlyMap<string, Type>
  readonly provider?: TypeProvider
  readonly libraries: readonly Library[]
  /** What calls cost, by overload or function. */
  readonly costs: ReadonlyMap<string, CallCost>
  readonly constantChecks: ReadonlyMap<string, CheckConstants>
  /** Whether what is written out is looked at when compiling: times, patterns, lists of several types. */
  readonly validatesLiterals: boolean
}

/** What `makeEnvironment` is told; everything may be left out. */
export interface EnvironmentOptions {
  container?: string
  variables?: Readonly<Record<string, Type>>
  libraries?: readonly Library[]
  provider?: TypeProvider
  validatesLiterals?: boolean
  allowsEscapes?: boolean
  /** Only for tests of what calls of macros are when there are none. */
  macros?: readonly Macro[]
}

const STANDARD_TYPES = [BOOL, INT, UINT, DOUBLE, STRING, BYTES, LIST, MAP, NULL, TYPE, TIMESTAMP, DURATION]

/** An environment of the standard functions and what the options add. */
export function makeEnvironment(options: EnvironmentOptions = {}): Environment {
  const { libraries = [] } = options
  const types = [...STANDARD_TYPES, ...libraries.flatMap((library) => library.types ?? [])]
  return {
    container: options.container ?? '',
    variables: new Map(Object.entries(options.variables ?? {})),
    functions: mergeFunctions([STANDARD_FUNCTIONS, ...libraries.map(({ functions = [] }) => functions)].flat()),
    macros: options.macros ?? [...STANDARD_MACROS, ...libraries.flatMap((library) => library.macros ?? [])],
    types: new Map(types.map((type) => [type.name, type])),
    provider: options.provider,
    allowsEscapes: options.allowsEscapes ?? false,
    libraries,
    costs: new Map(libraries.flatMap(({ costs = {} }) => Object.entries(costs))),
    constantChecks: new Map(libraries.flatMap(({ constantChecks = {} }) => Object.entries(constantChecks))),
    validatesLiterals: options.validatesLiterals ?? false,
  }
}

/** The same environment with more variables, or with other variables' types; cheap. */
export function withVariables(
  environment: Environment,
  variables: Readonly<Record<string, Type>>,
  provider = environment.provider,
): Environment {
  return { ...environment, provider, variables: new Map([...environment.variables, ...Object.entries(variables)]) }
}

/** Functions of one name become one, with the overloads in the order in which they came. */
function mergeFunctions(all: readonly FunctionDeclaration[]): Map<string, FunctionDeclaration> {
  const merged = new Map<string, FunctionDeclaration>()
  for (const declaration of all) {
    const found = merged.get(declaration.name)
    if (!found) merged.set(declaration.name, declaration)
    else {
      const [before, more] = [bindAll(found), bindAll(declaration)]
      merged.set(declaration.name, { name: declaration.name, overloads: [...before, ...more] })
    }
  }
  return merged
}

/** The overloads, each with the implementation that they share. */
const bindAll = ({ overloads, runAny }: FunctionDeclaration) =>
  runAny ? overloads.map((overload) => ({ ...overload, run: runAny })) : overloads

/** The names that a name may mean within a container, the closest first. */
export function candidates(container: string, name: string): string[] {
  if (name.startsWith('.')) return [name.slice(1)]
  const found = [name]
  const parts = container ? container.split('.') : []
  for (let i = 1; i <= parts.length; i++) found.unshift(`${parts.slice(0, i).join('.')}.${name}`)
  return found
}
