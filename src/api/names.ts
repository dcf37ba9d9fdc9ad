import type { NameRule } from './kind.ts'

/**
 * The formats that names, keys and small values must have. Each function says what is wrong with a value in the words
 * of apimachinery's `util/validation`, or answers with an empty list.
 */
export type Messages = string[]

const LABEL_MAX = 63
const SUBDOMAIN_MAX = 253
const PORT_NAME_MAX = 15
const ID_MAX = 2 ** 31 - 1

const tooLong = (max: number) => `must be no more than ${max} characters`

/** A pattern and how its violation is told: what is allowed, examples, and the pattern itself. */
function pattern(
  source: string,
  message: string,
  ...examples: string[]
): { test(value: string): boolean; text: string } {
  const regex = new RegExp(`^${source}$`)
  const shown = examples.map((example) => `'${example}', `).join(' or ')
  const hint = examples.length ? `e.g. ${shown}regex` : 'regex'
  return { test: (value) => regex.test(value), text: `${message} (${hint} used for validation is '${source}')` }
}

function check(value: string, max: number, { test, text }: ReturnType<typeof pattern>): Messages {
  return [...(value.length > max ? [tooLong(max)] : []), ...(test(value) ? [] : [text])]
}

const ENDS = 'must start and end with an alphanumeric character'
const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const DNS_LABEL_UNDERSCORE = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?'

const dnsLabel = pattern(
  DNS_LABEL,
  `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and ${ENDS}`,
  'my-name',
  '123-abc',
)
const dnsSubdomain = pattern(
  `${DNS_LABEL}(\\.${DNS_LABEL})*`,
  `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and ${ENDS}`,
  'example.com',
)
const dnsSubdomainUnderscore = pattern(
  `${DNS_LABEL_UNDERSCORE}(\\.${DNS_LABEL_UNDERSCORE})*`,
  `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and ${ENDS}`,
  'example.com',
)
const wildcardSubdomain = pattern(
  `\\*\\.${DNS_LABEL}(\\.${DNS_LABEL})*`,
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower " +
    "case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  '*.example.com',
)
const startsWithLetter = pattern(
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, " +
    'and end with an alphanumeric character',
  'my-name',
  'abc-123',
)
const LABEL_KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const LABEL_CHARACTERS = `consist of alphanumeric characters, '-', '_' or '.', and ${ENDS}`
const labelKey = pattern(LABEL_KEY, `must ${LABEL_CHARACTERS}`, 'MyName', 'my.name', '123-abc')
const labelValue = pattern(
  `(${LABEL_KEY})?`,
  `a valid label must be an empty string or ${LABEL_CHARACTERS}`,
  'MyValue',
  'my_value',
  '12345',
)
const cIdentifier = pattern(
  '[A-Za-z_][A-Za-z0-9_]*',
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
  'my_name',
  'MY_NAME',
  'MyName',
)
const percent = pattern(
  '[0-9]+%',
  "a valid percent string must be a numeric string followed by an ending '%'",
  '1%',
  '93%',
)
const httpHeader = pattern(
  '[-A-Za-z0-9]+',
  "a valid HTTP header must consist of alphanumeric characters or '-'",
  'X-Header-Name',
)
const configKey = pattern(
  '[-._a-zA-Z0-9]+',
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  'key.name',
  'KEY_NAME',
  'key-name',
)
const httpPath = pattern("[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+", 'Invalid path')

/** One part of a DNS name (RFC 1123), up to 63 characters. */
export function dns1123Label(value: string): Messages {
  const messages = check(value, LABEL_MAX, dnsLabel)
  // A good subdomain that is no label has dots in it, and saying so helps more than a pattern.
  if (dnsLabel.test(value) || !dnsSubdomain.test(value)) return messages
  return [...messages.slice(0, -1), 'must not contain dots']
}

/** A DNS name (RFC 1123), up to 253 characters. */
export function dns1123Subdomain(value: string): Messages {
  return check(value, SUBDOMAIN_MAX, dnsSubdomain)
}

/** A DNS name whose parts may hold underscores, as search domains do. */
export function dns1123SubdomainWithUnderscore(value: string): Messages {
  return check(value, SUBDOMAIN_MAX, dnsSubdomainUnderscore)
}

/** `*.` and a DNS name. */
export function wildcardDns1123Subdomain(value: string): Messages {
  return check(value, SUBDOMAIN_MAX, wildcardSubdomain)
}

/** One part of a DNS name that starts with a letter (RFC 1035). */
export function dns1035Label(value: string): Messages {
  return check(value, LABEL_MAX, startsWithLetter)
}

/** A DNS name of at least three parts. */
export function fullyQualifiedName(value: string): Messages {
  const messages = dns1123Subdomain(value)
  if (messages.length) return [messages.join(',')]
  return value.split('.').length < 3 ? ['should be a domain with at least three segments separated by dots'] : []
}

/** A DNS name of at least two parts; it may end with a dot. */
export function fullyQualifiedDomainName(value: string): Messages {
  const name = value.replace(/\.$/, '')
  const messages = dns1123Subdomain(name)
  if (messages.length) return [messages.join(',')]
  const labels = name.split('.')
  if (labels.length < 2) return ['should be a domain with at least two segments separated by dots']
  return labels.flatMap((label) => dns1123Label(label).join(',') || [])
}

/** A label key, condition type, finalizer, resource name …: a name of up to 63 characters, with a DNS prefix if wanted. */
export function qualifiedName(value: string): Messages {
  const parts = value.split('/')
  const name = parts.at(-1) ?? ''
  if (parts.length > 2) {
    const hint = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
    return [`a valid label key ${labelKey.text} ${hint}`]
  }
  const messages: Messages = []
  if (parts.length === 2) messages.push(...prefixPart(parts[0] ?? ''))
  if (name === '') messages.push('name part must be non-empty')
  else if (name.length > LABEL_MAX) messages.push(`name part ${tooLong(LABEL_MAX)}`)
  if (!labelKey.test(name)) messages.push(`name part ${labelKey.text}`)
  return messages
}

function prefixPart(prefix: string): Messages {
  if (prefix === '') return ['prefix part must be non-empty']
  return dns1123Subdomain(prefix).map((message) => `prefix part ${message}`)
}

/** What a label may hold: nothing, or up to 63 characters. */
export function validLabelValue(value: string): Messages {
  return check(value, LABEL_MAX, labelValue)
}

/** A qualified name with its prefix. */
export function domainPrefixedKey(value: string): Messages {
  const messages = qualifiedName(value)
  if (messages.length || value.includes('/')) return messages
  return ['must be a domain-prefixed key (such as "acme.io/foo")']
}

/** A DNS name, a slash and an HTTP path. */
export function domainPrefixedPath(value: string): Messages {
  const slash = value.indexOf('/')
  if (slash <= 0 || slash === value.length - 1) return ['must be a domain-prefixed path (such as "acme.io/foo")']
  const messages = dns1123Subdomain(value.slice(0, slash))
  return httpPath.test(value.slice(slash + 1)) ? messages : [...messages, httpPath.text]
}

/** An identifier of C. */
export function validCIdentifier(value: string): Messages {
  return cIdentifier.test(value) ? [] : [cIdentifier.text]
}

/** The name of an environment variable: printable ASCII without `=`. */
export function envVarName(value: string): Messages {
  const messages = value === '' ? ['environment variable name must be non-empty'] : []
  if (/^[ -<>-~]*$/.test(value)) return messages
  return [
    ...messages,
    "a valid environment variable name must consist only of printable ASCII characters other than '='",
  ]
}

/** The key of a ConfigMap or a Secret. */
export function configMapKey(value: string): Messages {
  return [...check(value, SUBDOMAIN_MAX, configKey), ...parentDirectory(value)]
}

/** Nothing that a path could leave its directory with. */
function parentDirectory(value: string): Messages {
  if (value === '.') return ["must not be '.'"]
  if (value === '..') return ["must not be '..'"]
  return value.startsWith('..') ? ["must not start with '..'"] : []
}

/** The name of a container port, an IANA service name. */
export function portName(value: string): Messages {
  const messages: Messages = []
  if (value.length > PORT_NAME_MAX) messages.push(tooLong(PORT_NAME_MAX))
  if (!/^[-a-z0-9]+$/.test(value)) {
    messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  }
  if (!/[a-z]/.test(value)) messages.push('must contain at least one letter (a-z)')
  if (value.includes('--')) messages.push('must not contain consecutive hyphens')
  if (value.startsWith('-') || value.endsWith('-')) messages.push('must not begin or end with a hyphen')
  return messages
}

/** A number from `min` to `max`, both included. */
export function inRange(value: number, min: number, max: number): Messages {
  return value >= min && value <= max ? [] : [`must be between ${min} and ${max}, inclusive`]
}

/** A port, 1 to 65535. */
export function portNumber(value: number): Messages {
  return inRange(value, 1, 65535)
}

/** A Unix user or group id. */
export function userOrGroupId(value: number): Messages {
  return inRange(value, 0, ID_MAX)
}

/** A percentage: `25%`. */
export function validPercent(value: string): Messages {
  return percent.test(value) ? [] : [percent.text]
}

/** The name of an HTTP header. */
export function httpHeaderName(value: string): Messages {
  return httpHeader.test(value) ? [] : [httpHeader.text]
}

/** What can stand between two slashes of a URL; all names must. */
export const pathSegment: NameRule = (name, prefix) => {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`]
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`)
}

/** A rule for names of objects; a generateName may end with a dash, since more comes behind it. */
function rule(format: (value: string) => Messages): NameRule {
  return (name, prefix) => format(prefix && name.length > 1 ? name.replace(/.-$/, 'a') : name)
}

export const nameIsDns1123Subdomain: NameRule = rule(dns1123Subdomain)
export const nameIsDns1123Label: NameRule = rule(dns1123Label)
export const nameIsDns1035Label: NameRule = rule(dns1035Label)
