import { fn, free, type Library, member } from '../declarations.ts'
import { parseTimestamp } from '../time.ts'
import { structOf } from '../types.ts'
import { isError, NONE, Opaque, Optional, type Value } from '../values.ts'
import { parseRequestUri } from './go-url.ts'

const OWN = { Format: structOf('kubernetes.NamedFormat') }

/** Says what is wrong with a text; an empty list when nothing is. */
export type Validate = (text: string) => readonly string[]

/** The rules of names that the API has, and that `format` lends to expressions. */
export interface NameRules {
  dns1123Label: Validate
  dns1123Subdomain: Validate
  dns1035Label: Validate
  qualifiedName: Validate
  labelValue: Validate
}

/** A named format. */
export class NamedFormat extends Opaque {
  readonly typeName = 'kubernetes.NamedFormat'
  readonly name: string
  readonly validate: Validate
  /** The length of the regular expression that checking is charged for. */
  readonly regexSize: number

  constructor(name: string, regexSize: number, validate: Validate) {
    super()
    this.name = name
    this.validate = validate
    this.regexSize = regexSize
  }

  equals(other: Value): boolean {
    return other instanceof NamedFormat && other.name === this.name
  }
}

/** A rule for what a generated name starts with: a dash may end it. */
const prefix =
  (validate: Validate): Validate =>
  (text) =>
    validate(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text)

const orMessage =
  (message: string, isValid: (text: string) => boolean): Validate =>
  (text) =>
    isValid(text) ? [] : [message]

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/
const TIME = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$/

/** A day of the calendar, `2024-02-29`. */
function isDate(text: string): boolean {
  const time = parseTimestamp(`${text}T00:00:00Z`)
  return /^\d{4}-\d\d-\d\d$/.test(text) && time !== undefined && (!isError(time) || text.startsWith('0000'))
}

function isDateTime(text: string): boolean {
  const [date = '', time] = text.toLowerCase().split('t')
  const match = time === undefined ? null : TIME.exec(time)
  return (
    isDate(date) && match !== null && (match[1] ?? '') <= '23' && (match[2] ?? '') <= '59' && (match[3] ?? '') <= '59'
  )
}

const uri: Validate = (text) => {
  const url = parseRequestUri(text)
  return typeof url === 'string' ? [url] : []
}

function formatsOf(rules: NameRules): Readonly<Record<string, NamedFormat>> {
  const { dns1123Label, dns1123Subdomain, dns1035Label, qualifiedName, labelValue } = rules
  return {
    dns1123Label: new NamedFormat('DNS1123Label', 30, dns1123Label),
    dns1123Subdomain: new NamedFormat('DNS1123Subdomain', 60, dns1123Subdomain),
    dns1035Label: new NamedFormat('DNS1035Label', 30, dns1035Label),
    qualifiedName: new NamedFormat('QualifiedName', 60, qualifiedName),
    dns1123LabelPrefix: new NamedFormat('DNS1123LabelPrefix', 30, prefix(dns1123Label)),
    dns1123SubdomainPrefix: new NamedFormat('DNS1123SubdomainPrefix', 60, prefix(dns1123Subdomain)),
    dns1035LabelPrefix: new NamedFormat('DNS1035LabelPrefix', 30, prefix(dns1035Label)),
    labelValue: new NamedFormat('LabelValue', 40, labelValue),
    uri: new NamedFormat('URI', 1103, uri),
    uuid: new NamedFormat(
      'uuid',
      70,
      orMessage('does not match the UUID format', (text) => UUID.test(text)),
    ),
    byte: new NamedFormat(
      'byte',
      84,
      orMessage('invalid base64', (text) => BASE64.test(text)),
    ),
    date: new NamedFormat('date', 71, orMessage('invalid date', isDate)),
    datetime: new NamedFormat('datetime', 71, orMessage('invalid datetime', isDateTime)),
  }
}

const validate = (format: NamedFormat, text: string): Value => {
  const problems = format.validate(text)
  return problems.length ? new Optional([...problems]) : NONE
}

/** Named formats: `format.dns1123Label().validate(…)`. The rules of names come in. */
export function formatLibrary(rules: NameRules): Library {
  const formats = formatsOf(rules)
  const named = (name: string): Value => (Object.hasOwn(formats, name) ? new Optional(formats[name]) : NONE)
  return {
    functions: [
      fn('validate', member('format-validate', 'Format, string -> optional(list(string))', validate, OWN)),
      fn('format.named', free('format-named', 'string -> optional(Format)', named, OWN)),
      ...Object.entries(formats).map(([name, format]) =>
        fn(
          `format.${name}`,
          free(`format.${name}`, '-> Format', () => format, OWN),
        ),
      ),
    ],
  }
}
