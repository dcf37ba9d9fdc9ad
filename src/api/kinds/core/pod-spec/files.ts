import type { Report } from '../../../report.ts'
import { fileMode, nonReservedPath } from '../../check.ts'
import { FILE_FIELDS, validateFieldRef, validateResourceRef } from './field-refs.ts'
import type { Volume } from './types.ts'

type Item = NonNullable<NonNullable<Volume['configMap']>['items']>[number]

/** What is wrong with the files that show single keys; `report` stands at their source. */
export function validateItems(items: readonly Item[] | undefined, report: Report): void {
  for (const [i, item] of (items ?? []).entries()) validateKeyToPath(item, report.at('items', i))
}

/** What is wrong with a file that shows one key; `report` stands at it. */
export function validateKeyToPath({ key, path = '', mode }: Item, report: Report): void {
  if (!key) report.required('key')
  if (!path) report.required('path')
  nonReservedPath(report, 'path', path)
  fileMode(report, 'mode', mode)
}

type DownwardFile = NonNullable<NonNullable<Volume['downwardAPI']>['items']>[number]

/** What is wrong with a file that shows a field of the pod; `report` stands at its source, as upstream tells it. */
export function validateDownwardFile(file: DownwardFile, report: Report): void {
  const { path = '', fieldRef, resourceFieldRef, mode } = file
  if (!path) report.required('path')
  nonReservedPath(report, 'path', path)
  if (fieldRef) {
    validateFieldRef(fieldRef, FILE_FIELDS, report.at('fieldRef'))
    if (resourceFieldRef) {
      report.invalid('', 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously')
    }
  } else if (resourceFieldRef) validateResourceRef(resourceFieldRef, true, report.at('resourceFieldRef'))
  else report.required('', 'one of fieldRef and resourceFieldRef is required')
  fileMode(report, 'mode', mode)
}
