import type { Expr } from '../ast.ts'
import { fn, free, type Library } from '../declarations.ts'
import { MapBuilder } from '../loops.ts'
import { allParts, collectParts, existsOneParts, existsParts, filtered, loopMacro, type Macro } from '../macros.ts'
import { type CelMap, CelError, type JsonObject, mapFind, mapKeys, type Value, ValueMap } from '../values.ts'

type AnyMap = JsonObject | CelMap

/** The map with one more entry; a map that is being built is changed. */
function insert(map: AnyMap, key: Value, value: Value): AnyMap | CelError {
  if (mapFind(map, key) !== undefined) return new CelError(`insert failed: key ${String(key)} already exists`)
  const target = map instanceof MapBuilder ? map : copyOf(map)
  target.set(key, value)
  return target
}

const copyOf = (map: AnyMap) => new ValueMap([...mapKeys(map)].map((key) => [key, mapFind(map, key) as Value] as const))

function insertAll(map: AnyMap, more: AnyMap): Value {
  let result = map
  for (const key of mapKeys(more)) {
    const next = insert(result, key, mapFind(more, key) as Value)
    if (next instanceof CelError) return next
    result = next
  }
  return result
}

/** A macro that makes a map; `step` says what is put into it. */
function mapMacro(name: string, argCount: number, hasKey: boolean): Macro {
  return loopMacro(name, 2, argCount, (make, rest, variable) => {
    const key: Expr[] = hasKey ? [variable] : []
    const step = make.call('cel.@mapInsert', make.accumulator(), ...key, rest.at(-1) as Expr)
    return filtered(make, make.map(), step, rest)
  })
}

/** Macros with two variables: index and element of a list, key and value of a map. */
export const TWO_VARIABLES: Library = {
  macros: [
    loopMacro('all', 2, 3, allParts),
    loopMacro('exists', 2, 3, existsParts),
    loopMacro('existsOne', 2, 3, existsOneParts),
    loopMacro('exists_one', 2, 3, existsOneParts),
    loopMacro('transformList', 2, 3, collectParts),
    loopMacro('transformList', 2, 4, collectParts),
    mapMacro('transformMap', 3, true),
    mapMacro('transformMap', 4, true),
    mapMacro('transformMapEntry', 3, false),
    mapMacro('transformMapEntry', 4, false),
  ],
  functions: [
    fn(
      'cel.@mapInsert',
      free('@mapInsert_map_key_value', 'map(K, V), K, V -> map(K, V)', insert),
      free('@mapInsert_map_map', 'map(K, V), map(K, V) -> map(K, V)', insertAll),
    ),
  ],
}
