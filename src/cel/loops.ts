import { type Comprehension, UNUSED } from './ast.ts'
import { ListBuilder } from './arithmetic.ts'
import type { Planner } from './planner.ts'
import { goTypeName } from './runtime-types.ts'
import type { Evaluate, Run, Step } from './step.ts'
import {
  CelError,
  isError,
  isList,
  isMap,
  listAt,
  listSize,
  mapFind,
  mapKeys,
  mapSize,
  type Value,
  ValueMap,
} from './values.ts'

/** A map under construction, which only its loop sees. */
export class MapBuilder extends ValueMap {}

interface Loop {
  readonly range: Evaluate
  readonly accumulator: number
  readonly first: number
  readonly second?: number
  readonly condition: Evaluate
  readonly step: Evaluate
  readonly result: Evaluate
}

/** The step for a comprehension. Its accumulator is evaluated when it is first looked at. */
export function planLoop(expr: Comprehension, planner: Planner): Step {
  const range = planner.step(expr.range).evaluate
  const init = planner.step(expr.init).evaluate
  const accumulator = planner.slot()
  const isBinding = expr.variable === UNUSED
  const readAccumulator = (run: Run): Value => {
    const value = run.slots[accumulator] ?? (isBinding ? init(run) : mutable(init(run)))
    run.slots[accumulator] = value
    return value
  }
  return planner.within(expr.accumulator, readAccumulator, () => {
    const result = planner.step(expr.result).evaluate
    if (isBinding) return { evaluate: binding(accumulator, result) }
    return { evaluate: loopOf({ range, accumulator, result, ...planBody(expr, planner) }) }
  })
}

function planBody(expr: Comprehension, planner: Planner): Pick<Loop, 'first' | 'second' | 'condition' | 'step'> {
  const first = planner.slot()
  const second = expr.variable2 === undefined ? undefined : planner.slot()
  const read = (slot: number) => (run: Run) => run.slots[slot] as Value
  const parts = () => ({
    first,
    second,
    condition: planner.step(expr.condition).evaluate,
    step: planner.step(expr.step).evaluate,
  })
  return planner.within(expr.variable, read(first), () =>
    second === undefined ? parts() : planner.within(expr.variable2 as string, read(second), parts),
  )
}

const binding =
  (slot: number, result: Evaluate): Evaluate =>
  (run) => {
    run.slots[slot] = undefined
    return result(run)
  }

/** What an empty list or map is collected in. */
function mutable(value: Value): Value {
  if (isList(value) && listSize(value) === 0) return new ListBuilder()
  return isMap(value) && mapSize(value) === 0 ? new MapBuilder() : value
}

/** What was collected, as it may be shown to others. */
function finished(value: Value): Value {
  if (value instanceof ListBuilder) return value.items
  if (!(value instanceof MapBuilder)) return value
  return new ValueMap([...value.keys()].map((key) => [key, value.find(key) as Value] as const))
}

function loopOf(loop: Loop): Evaluate {
  return (run) => {
    const range = loop.range(run)
    if (isError(range)) return range
    run.slots[loop.accumulator] = undefined
    if (isList(range)) {
      const size = listSize(range)
      for (let i = 0; i < size && advance(loop, run, i, listAt(range, i)); i++);
    } else if (isMap(range)) {
      for (const key of mapKeys(range)) {
        const value = loop.second === undefined ? key : (mapFind(range, key) as Value)
        if (!advance(loop, run, key, value)) break
      }
    } else if (loop.second === undefined) {
      return new CelError(`got '${goTypeName(range)}', expected iterable type`)
    } else return new CelError(`unsupported comprehension range type: ${goTypeName(range)}`)
    return finished(loop.result(run))
  }
}

/** One turn; false when the loop is to end. A single variable stands for the value. */
function advance(loop: Loop, run: Run, key: Value, value: Value): boolean {
  const { slots } = run
  if (loop.second === undefined) slots[loop.first] = value
  else {
    slots[loop.first] = key
    slots[loop.second] = value
  }
  if (loop.condition(run) === false) return false
  slots[loop.accumulator] = loop.step(run)
  return true
}
