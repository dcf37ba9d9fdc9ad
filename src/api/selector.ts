import type { ILabelSelector } from '@kubernetes-models/apimachinery/apis/meta/v1/LabelSelector'
import { badRequest } from './errors.ts'
import { parseRequirements } from './label-parser.ts'
import { type Labels, meets, type Operator, printRequirement, type Requirement } from './labels.ts'

/** A selector of objects by label; all its requirements must be met. */
export interface LabelSelector {
  /** In the order of their keys. */
  readonly requirements: readonly Requirement[]
  matches(labels: Labels | undefined): boolean
}

/** A condition on a field, `metadata.name=a` or `spec.nodeName!=`. */
export interface FieldTerm {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

const NO_LABELS: Labels = {}

/** Reads a label selector: `a=b,c!=d,e in (x,y),!f`. The empty text selects everything. Throws ApiError 400 in upstream's words. */
export function parseLabelSelector(text: string): LabelSelector {
  return selectorOf(parseRequirements(text))
}

function selectorOf(requirements: readonly Requirement[]): LabelSelector {
  return {
    requirements: requirements.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)),
    matches: (labels = NO_LABELS) => requirements.every((requirement) => meets(requirement, labels)),
  }
}

const OPERATORS: Readonly<Record<string, Operator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' }

/** The requirements of a selector object; `undefined` when one has an operator that does not exist. */
function requirementsOf({ matchLabels = {}, matchExpressions = [] }: ILabelSelector): Requirement[] | undefined {
  const requirements: Requirement[] = Object.entries(matchLabels).map(([key, value]) => ({
    key,
    operator: '=',
    values: [value],
  }))
  for (const { key, operator, values = [] } of matchExpressions) {
    const known = OPERATORS[operator]
    if (!known) return undefined
    requirements.push({ key, operator: known, values })
  }
  return requirements
}

/** A selector object as a selector. No object selects nothing, an empty one everything, a malformed one nothing. */
export function labelSelector(selector: ILabelSelector | undefined): LabelSelector {
  const requirements = selector && requirementsOf(selector)
  return requirements ? selectorOf(requirements) : { requirements: [], matches: () => false }
}

/** Whether a selector object selects labels. No object selects nothing, an empty one everything. */
export function matchesLabels(selector: ILabelSelector | undefined, labels: Labels | undefined): boolean {
  if (!selector) return false
  const { matchLabels, matchExpressions } = selector
  for (const key in matchLabels) if (!hasLabel(labels, key, matchLabels[key])) return false
  return !matchExpressions?.length || labelSelector({ matchExpressions }).matches(labels)
}

/** Whether all of `wanted` are among the labels: the selector of a Service or a ReplicationController, where none selects nothing. */
export function hasLabels(labels: Labels | undefined, wanted: Labels | undefined): boolean {
  let isAny = false
  for (const key in wanted) {
    if (!hasLabel(labels, key, wanted[key])) return false
    isAny = true
  }
  return isAny
}

const hasLabel = (labels: Labels | undefined, key: string, value: string | undefined) =>
  labels !== undefined && Object.hasOwn(labels, key) && labels[key] === value

/** A selector as text that can be read again; '' when it selects everything. */
export function printLabelSelector({ requirements }: LabelSelector): string {
  return requirements.map(printRequirement).join(',')
}

/** A selector object as printers show it: `<none>` when it is empty or absent, `<error>` when it is malformed. */
export function formatLabelSelector(selector: ILabelSelector | undefined): string {
  if (selector && !requirementsOf(selector)) return '<error>'
  return printLabelSelector(labelSelector(selector)) || '<none>'
}

/** Reads a field selector: `metadata.name=a,status.phase!=Running`; `\` escapes. Throws ApiError 400 in upstream's words. */
export function parseFieldSelector(text: string): FieldTerm[] {
  return splitTerms(text)
    .sort()
    .filter((part) => part !== '')
    .map((part) => parseTerm(text, part))
}

function splitTerms(text: string): string[] {
  return text.match(/(?:\\[^]|[^\\,]|\\$)+/g) ?? []
}

function parseTerm(text: string, part: string): FieldTerm {
  const match = /^([^]*?)(!=|==|=)([^]*)$/.exec(part)
  if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`)
  const [, field = '', operator, value = ''] = match
  return { field, operator: operator === '!=' ? '!=' : '=', value: unescapeValue(value) }
}

function unescapeValue(value: string): string {
  return value.replace(/\\([^]?)|[,=]/gu, (found, escaped: string | undefined) => {
    if (escaped === undefined) {
      throw badRequest(`invalid field selector: unescaped character in value: ${found.codePointAt(0)}`)
    }
    if (escaped === '' || !'\\,='.includes(escaped)) {
      throw badRequest(`invalid field selector: invalid escape sequence: ${found}`)
    }
    return escaped
  })
}

/** A value with what field selectors need escaped. */
export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&')
}

/** Whether an object's fields, given by a function, meet all terms. An absent field is ''. */
export function matchesFields(terms: readonly FieldTerm[], valueOf: (field: string) => string): boolean {
  return terms.every(({ field, operator, value }) => (valueOf(field) === value) === (operator === '='))
}
