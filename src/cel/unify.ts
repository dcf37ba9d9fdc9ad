import { DYN, isDyn, isDynOrError, sameType, Type } from './types.ts'

/** What type parameters stand for so far, by name. */
export type Bindings = ReadonlyMap<string, Type>

type Mutable = Map<string, Type>

/** The bindings after `from` was fitted to `to`, each to its partner; nothing when they do not fit. */
export function assign(bindings: Bindings, from: readonly Type[], to: readonly Type[]): Bindings | undefined {
  if (from.length !== to.length) return undefined
  const copy: Mutable = new Map(bindings)
  return assignAll(copy, from, to) ? copy : undefined
}

const assignAll = (bindings: Mutable, from: readonly Type[], to: readonly Type[]): boolean =>
  from.length === to.length && from.every((type, i) => assignOne(bindings, type, to[i] as Type))

function assignOne(bindings: Mutable, from: Type, to: Type): boolean {
  if (to.kind === 'param') {
    const { fits, isBound } = bind(bindings, from, to)
    if (fits) return true
    if (isBound) return false
  }
  if (from.kind === 'param') return bind(bindings, to, from).fits
  if (isDynOrError(from) || isDynOrError(to)) return true
  if (from.kind === 'null') return isNullable(to)
  if (to.kind === 'null') return isNullable(from)
  if (from.kind !== to.kind) return false
  if (from.kind === 'type') return true
  return from.name === to.name && assignAll(bindings, from.parameters, to.parameters)
}

const isNullable = ({ kind }: Type) =>
  kind === 'null' || kind === 'opaque' || kind === 'struct' || kind === 'timestamp' || kind === 'duration'

/** Lets a parameter stand for a type, or checks what it stands for already. */
function bind(bindings: Mutable, type: Type, param: Type): { fits: boolean; isBound: boolean } {
  if (sameType(type, param)) return { fits: true, isBound: true }
  const bound = bindings.get(param.name)
  if (!bound) {
    if (!isFree(bindings, param, type)) return { fits: false, isBound: false }
    bindings.set(param.name, type)
    return { fits: true, isBound: false }
  }
  if (sameType(type, bound)) return { fits: true, isBound: true }
  if (!assignOne(bindings, type, bound)) return { fits: false, isBound: true }
  const general = mostGeneral(type, bound)
  if (isFree(bindings, param, general)) bindings.set(param.name, general)
  return { fits: true, isBound: true }
}

/** Whether a parameter does not occur within a type. */
function isFree(bindings: Bindings, param: Type, type: Type): boolean {
  if (sameType(param, type)) return false
  if (type.kind !== 'param') return type.parameters.every((each) => isFree(bindings, param, each))
  const bound = bindings.get(type.name)
  return !bound || isFree(bindings, param, bound)
}

/** The more general of two types that fit. */
export const mostGeneral = (a: Type, b: Type): Type => (isLessSpecific(a, b) ? a : b)

function isLessSpecific(a: Type, b: Type): boolean {
  if (isDyn(a) || a.kind === 'param') return true
  if (isDyn(b) || b.kind === 'param' || a.kind !== b.kind) return false
  if (a.kind === 'type') return true
  return (
    a.name === b.name &&
    a.parameters.length === b.parameters.length &&
    a.parameters.every((parameter, i) => isLessSpecific(parameter, b.parameters[i] as Type))
  )
}

/** The type with its parameters replaced by what they stand for; by dyn those that stand for nothing, if wanted. */
export function substitute(bindings: Bindings, type: Type, freeToDyn = false): Type {
  if (type.kind === 'param') {
    const bound = bindings.get(type.name)
    if (bound) return substitute(bindings, bound, freeToDyn)
    return freeToDyn ? DYN : type
  }
  if (type.parameters.length === 0) return type
  return new Type(
    type.kind,
    type.name,
    type.parameters.map((parameter) => substitute(bindings, parameter, freeToDyn)),
  )
}
