import type { IHorizontalPodAutoscalerBehavior } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscalerBehavior'
import { isJson, isQuantity, type Json, parseJson } from './v1-json.ts'

/** What each value of a behavior is. Upstream writes it with the names of its own Go fields, and reads names in any case. */
type Shape = 'text' | 'count' | 'quantity' | readonly [Shape] | { readonly [name: string]: Shape }

const RULES: Shape = {
  StabilizationWindowSeconds: 'count',
  SelectPolicy: 'text',
  Policies: [{ Type: 'text', Value: 'count', PeriodSeconds: 'count' }],
  Tolerance: 'quantity',
}

const BEHAVIOR: Shape = { ScaleUp: RULES, ScaleDown: RULES }

/** The behavior as v1 keeps it in an annotation. */
export function writeBehavior(behavior: IHorizontalPodAutoscalerBehavior): string {
  return JSON.stringify(write(behavior, BEHAVIOR))
}

/** The behavior of an annotation; `undefined`: it says nothing, or is not one that v1 would have written. */
export function readBehavior(text: string): IHorizontalPodAutoscalerBehavior | undefined {
  const read = readValue(parseJson(text), BEHAVIOR)
  return read && Object.keys(read).length > 0 ? read : undefined
}

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)

function write(value: unknown, shape: Shape): unknown {
  if (value === undefined || typeof shape === 'string') return value ?? null
  if (Array.isArray(shape)) return (value as unknown[]).map((one) => write(one, shape[0]))
  const fields = Object.entries(shape as Record<string, Shape>)
  return Object.fromEntries(fields.map(([name, below]) => [name, write((value as Json)[lowerFirst(name)], below)]))
}

/** The value with v2's names; `undefined`: it is not of that shape. */
function readValue(value: unknown, shape: Shape): unknown {
  if (shape === 'text') return typeof value === 'string' ? value : undefined
  if (shape === 'count') return Number.isInteger(value) ? value : undefined
  if (shape === 'quantity') return isQuantity(value) ? value : undefined
  if (Array.isArray(shape)) return readItems(value, shape[0])
  return readFields(value, shape as Record<string, Shape>)
}

function readItems(value: unknown, shape: Shape): unknown[] | undefined {
  const items = Array.isArray(value) ? value.map((one) => readValue(one, shape)) : [undefined]
  return items.includes(undefined) ? undefined : items
}

function readFields(value: unknown, shape: Record<string, Shape>): Json | undefined {
  if (!isJson(value)) return undefined
  const out: Json = {}
  for (const [key, given] of Object.entries(value)) {
    const name = Object.keys(shape).find((one) => one.toLowerCase() === key.toLowerCase())
    if (!name || given === null) continue
    const read = readValue(given, shape[name] as Shape)
    if (read === undefined) return undefined
    out[lowerFirst(name)] = read
  }
  return out
}
