import { parseIp } from '../ip.ts'
import { dns1123Label, dns1123Subdomain } from '../names.ts'
import { isCreditCard, isIsbn10, isIsbn13 } from './checksums.ts'
import { isDuration } from './duration.ts'
import { patternMatches } from './pattern.ts'
import type { JsonSchema } from './schema.ts'

const HEX = '[0-9a-f]'
const uuid = (version: string, variant = `${HEX}{4}`) =>
  pattern(`(?i)^${HEX}{8}-?${HEX}{4}-?${version}-?${variant}-?${HEX}{12}$`)
const HOSTNAME_MAX_BYTES = 255
const LABEL_MAX_BYTES = 63
const HOSTNAME =
  '^([a-zA-Z0-9\\p{S}\\p{L}]((-?[a-zA-Z0-9\\p{S}\\p{L}]{0,62})?)|([a-zA-Z0-9\\p{S}\\p{L}](([a-zA-Z0-9-\\p{S}\\p{L}]{0,61}' +
  '[a-zA-Z0-9\\p{S}\\p{L}])?)(\\.)){1,}([a-zA-Z\\p{L}]){2,63})$'
const BYTE = '(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])'
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\x{80}-\\x{10FFFF}-]+"
const ADDRESS = `(${ATOM}(\\.${ATOM})*|"([^"\\\\\\r\\n]|\\\\.)*")@(${ATOM}(\\.${ATOM})*|\\[[^\\]]*\\])`

/** Patterns are RE2, as all that is matched against what clients send. */
function pattern(source: string): (text: string) => boolean {
  return (text) => patternMatches(source, text)
}

/** Formats of strings, without dashes in their names, and what they ask. */
const STRING_FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  bsonobjectid: pattern(`(?i)^${HEX}{24}$`),
  byte: pattern('^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$'),
  cidr: isCidr,
  creditcard: isCreditCard,
  date: isDate,
  datetime: isDateTime,
  duration: isDuration,
  email: pattern(`^(${ADDRESS}|[^<>@]*<${ADDRESS}>)$`),
  hexcolor: pattern('^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$'),
  hostname: isHostname,
  ipv4: (text) => text.includes('.') && parseIp(text) !== undefined,
  ipv6: (text) => text.includes(':') && parseIp(text) !== undefined,
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  k8slongname: (text) => dns1123Subdomain(text).length === 0,
  k8sshortname: (text) => dns1123Label(text).length === 0,
  mac: isMac,
  password: () => true,
  rgbcolor: pattern(`^rgb\\(\\s*${BYTE}\\s*,\\s*${BYTE}\\s*,\\s*${BYTE}\\s*\\)$`),
  ssn: pattern('^\\d{3}[- ]?\\d{2}[- ]?\\d{4}$'),
  uri: isUri,
  uuid: uuid(`${HEX}{4}`),
  uuid3: uuid(`3${HEX}{3}`),
  uuid4: uuid(`4${HEX}{3}`, `[89ab]${HEX}{3}`),
  uuid5: uuid(`5${HEX}{3}`, `[89ab]${HEX}{3}`),
}

const NUMBER_FORMATS: Readonly<Record<string, readonly string[]>> = {
  integer: ['int32', 'int64'],
  number: ['float', 'double'],
}

/** The schema's format, if it is one that its type can have; others mean nothing. */
export function supportedFormat({ type = '', format = '', ...rest }: JsonSchema): string {
  const isText = type === '' || type === 'string' || rest['x-kubernetes-int-or-string']
  const known = isText ? Object.hasOwn(STRING_FORMATS, plain(format)) : NUMBER_FORMATS[type]?.includes(format)
  return known ? format : ''
}

/** Whether the text has a format; a format that is not known asks nothing. */
export function formatMatches(format: string, text: string): boolean {
  return STRING_FORMATS[plain(format)]?.(text) ?? true
}

const plain = (format: string) => format.replaceAll('-', '')

function isHostname(text: string): boolean {
  if (Buffer.byteLength(text) > HOSTNAME_MAX_BYTES || !patternMatches(HOSTNAME, text)) return false
  return text.split('.').every((label) => Buffer.byteLength(label) <= LABEL_MAX_BYTES)
}

function isCidr(text: string): boolean {
  const [, address = '', bits = ''] = /^([^/]*)\/(\d{1,3})$/.exec(text) ?? []
  const bytes = parseIp(address)
  return bytes !== undefined && Number(bits) <= bytes.length * 8
}

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []
  if (!year || !month || !day) return false
  const date = new Date(Date.UTC(2000, Number(month) - 1, Number(day)))
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
}

function isDateTime(text: string): boolean {
  const [date = '', time] = text.toLowerCase().split('t')
  if (time === undefined || !isDate(date)) return false
  const [, hour, minute, second] = /^(\d{2}):(\d{2}):(\d{2})(?:.\d+)?(?:z|[+-]\d{2}:\d{2})$/.exec(time) ?? []
  return Boolean(hour && minute && second) && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
}

/** An EUI-48, EUI-64 or InfiniBand address as Go's `net.ParseMAC` reads it. */
function isMac(text: string): boolean {
  if (/^[\da-f]{4}(\.[\da-f]{4})+$/i.test(text)) return [3, 4, 10].includes(text.split('.').length)
  return /^[\da-f]{2}(?:(:[\da-f]{2})+|(-[\da-f]{2})+)$/i.test(text) && [6, 8, 20].includes(text.split(/[:-]/).length)
}

/** An absolute URI or an absolute path, as Go's `url.ParseRequestURI` reads it. */
function isUri(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- These are what must not stand in a URI.
  if (/[\x00-\x1f\x7f]/.test(text) || /%(?![\da-f]{2})/i.test(text)) return false
  if (text.startsWith('/')) return true
  const rest = /^[a-z][a-z\d+.-]*:(.*)$/i.exec(text)?.[1]
  if (rest === undefined) return false
  const authority = /^\/\/([^/?]*)/.exec(rest)?.[1]
  return authority === undefined || !/[ <>"\\^`{|}]|:[^\d:\]][^\]]*$/.test(authority.replace(/^.*@/, ''))
}
