import type { ICustomResourceDefinitionVersion } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinitionVersion'
import type { Kind } from '../../api/kind.ts'
import { parseJsonPath } from '../../api/structural/json-path.ts'

/** What objects of a version can be selected by, beyond their names. */
export function selectableFieldsOf({
  selectableFields = [],
}: Pick<ICustomResourceDefinitionVersion, 'selectableFields'>): Kind['fieldSelectors'] {
  const entries = selectableFields.map(({ jsonPath }) => {
    const find = parseJsonPath(jsonPath)
    return [jsonPath.replace(/^\./, ''), (object: unknown) => String(find?.(object)[0] ?? '')] as const
  })
  return Object.fromEntries(entries)
}
