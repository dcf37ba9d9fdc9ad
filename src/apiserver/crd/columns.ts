import type { ICustomResourceColumnDefinition } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceColumnDefinition'
import { type Cell, type Column, humanDuration, nameColumn } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import { type JsonPath, parseJsonPath } from '../../api/structural/json-path.ts'

type Definition = ICustomResourceColumnDefinition

/** What is shown of objects whose definition does not say. */
const AGE: Definition = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'When the object was created, as the server saw it.',
}

/** The columns of a custom kind: its name, and what the definition says. A path that cannot be read ends them. */
export function columnsOf(definitions: readonly Definition[] = []): Column<KubeObject>[] {
  const columns: Column<KubeObject>[] = [nameColumn]
  for (const definition of definitions.length > 0 ? definitions : [AGE]) {
    const find = parseJsonPath(definition.jsonPath)
    if (!find) break
    columns.push(columnOf(definition, find))
  }
  return columns
}

function columnOf({ name, type, format = '', description, priority = 0, jsonPath }: Definition, find: JsonPath) {
  return {
    name,
    type: type as Column<KubeObject>['type'],
    format,
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    priority: priority as 0 | 1,
    cell: (object: KubeObject, now: number) => cellOf(type, find(object)[0], now),
  }
}

/** A value as its column shows it; nothing when it is of another type. */
function cellOf(type: string, value: unknown, now: number): Cell {
  if (type === 'string') return textOf(value)
  switch (typeof value) {
    case 'number':
      return type === 'integer' ? Math.trunc(value) : type === 'number' ? value : null
    case 'boolean':
      return type === 'boolean' ? value : null
    case 'string':
      return type === 'date' ? sinceThen(value, now) : null
    default:
      return null
  }
}

function textOf(value: unknown): Cell {
  if (value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

function sinceThen(text: string, now: number): string {
  if (text === '') return '<unknown>'
  return TIME.test(text) ? humanDuration(now - Date.parse(text)) : '<invalid>'
}
