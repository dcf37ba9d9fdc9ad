import { badRequest } from '../../api/errors.ts'
import type { Column, Kind } from '../../api/kind.ts'
import type { KubeObject } from '../../api/meta.ts'
import type { MediaType } from './negotiate.ts'
import { partialText } from './partial.ts'

/** How much of each object a table's row carries. */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

/** What is written into a row: an object, and its JSON. */
export interface Row {
  object: KubeObject
  text: string
}

export interface TableOptions {
  include: IncludeObject
  version: MediaType['version']
  now: number
}

/** `includeObject` of the query. */
export function includeObject(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') || 'Metadata'
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value
  const supported = '"Metadata", "None", "Object", ""'
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Unsupported value: "${value}": supported values: ${supported}`,
  )
}

/** The JSON of a table; `metadata` is its list metadata as JSON, `headers` whether columns are named. */
export function tableText(
  kind: Kind,
  rows: Iterable<Row>,
  metadata: string,
  options: TableOptions,
  headers = true,
): string {
  const columns = headers ? JSON.stringify(kind.columns.map(columnDefinition)) : 'null'
  const texts = Array.from(rows, (row) => rowText(kind, row, options))
  const head = `"kind":"Table","apiVersion":"meta.k8s.io/${options.version}"`
  return `{${head},"metadata":${metadata},"columnDefinitions":${columns},"rows":[${texts.join(',')}]}`
}

function rowText(kind: Kind, { object, text }: Row, { include, version, now }: TableOptions): string {
  const cells = JSON.stringify(kind.columns.map((column) => column.cell(object, now)))
  if (include === 'None') return `{"cells":${cells},"object":null}`
  return `{"cells":${cells},"object":${include === 'Object' ? text : partialText(object, version)}}`
}

function columnDefinition({ name, type, format, description, priority }: Column<KubeObject>) {
  return { name, type, format, description, priority }
}
