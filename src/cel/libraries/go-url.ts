import { goQuote } from '../strings.ts'
import { parseAddress } from './go-ip.ts'

/** A URL as Go's net/url takes it apart. */
export interface GoUrl {
  readonly scheme: string
  /** With its port. */
  readonly host: string
  /** Decoded. */
  readonly path: string
  /** As it was written, where that tells more than `path`. */
  readonly rawPath: string
  readonly rawQuery: string
  /** What follows the scheme of a URL without slashes: `mailto:x`. */
  readonly opaque: string
  readonly text: string
}

class Malformed extends Error {}

function fail(message: string): never {
  throw new Malformed(message)
}

/** Reads an absolute URL or path, as a request would name it; a text says what is wrong, in Go's words. */
export function parseRequestUri(text: string): GoUrl | string {
  return attempt(text, true)
}

/** Reads any URL, a fragment behind it included; a text says what is wrong. */
export function parseUrl(text: string): GoUrl | string {
  return attempt(text.split('#', 1)[0] ?? '', false)
}

function attempt(text: string, isRequest: boolean): GoUrl | string {
  try {
    return read(text, isRequest)
  } catch (error) {
    if (error instanceof Malformed) return `parse ${goQuote(text)}: ${error.message}`
    throw error
  }
}

function read(text: string, isRequest: boolean): GoUrl {
  if (/[\x00-\x1f\x7f]/.test(text)) fail('net/url: invalid control character in URL')
  if (text === '' && isRequest) fail('empty url')
  const empty = { scheme: '', host: '', path: '', rawPath: '', rawQuery: '', opaque: '', text }
  if (text === '*') return { ...empty, path: '*' }
  const [scheme, behind] = splitScheme(text)
  const [before, rawQuery] = cut(behind, '?')
  const url = { ...empty, scheme, rawQuery }
  if (!before.startsWith('/')) {
    if (scheme !== '') return { ...url, opaque: before }
    if (isRequest) fail('invalid URI for request')
    if (cut(before, '/')[0].includes(':')) fail('first path segment in URL cannot contain colon')
  }
  const hasAuthority = (scheme !== '' || (!isRequest && !before.startsWith('///'))) && before.startsWith('//')
  if (!hasAuthority) return { ...url, ...splitPath(before) }
  const slash = before.indexOf('/', 2)
  const [authority, path] = slash < 0 ? [before.slice(2), ''] : [before.slice(2, slash), before.slice(slash)]
  return { ...url, host: readAuthority(scheme, authority), ...splitPath(path) }
}

/** The parts before and behind the first separator; all and nothing when there is none. */
function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}

function splitScheme(text: string): [string, string] {
  const match = /^([A-Za-z0-9+.-]*)(:?)/.exec(text)
  const [, name = '', colon] = match ?? []
  if (name === '' && colon) fail('missing protocol scheme')
  return colon && /^[A-Za-z]/.test(name) ? [name.toLowerCase(), text.slice(name.length + 1)] : ['', text]
}

function readAuthority(scheme: string, authority: string): string {
  const at = authority.lastIndexOf('@')
  const host = readHost(scheme, authority.slice(at + 1))
  if (at < 0) return host
  const user = authority.slice(0, at)
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) fail('net/url: invalid userinfo')
  unescape(user, 'other')
  return host
}

function checkPort(port: string): void {
  if (port !== '' && !/^:[0-9]*$/.test(port)) fail(`invalid port ${goQuote(port)} after host`)
}

function readHost(scheme: string, host: string): string {
  const open = host.lastIndexOf('[')
  if (open > 0) fail('invalid IP-literal')
  if (open === 0) return readIpLiteral(host)
  const isStrict = scheme === 'http' || scheme === 'https'
  const colon = isStrict ? host.indexOf(':') : host.lastIndexOf(':')
  if (colon >= 0) checkPort(host.slice(colon))
  return unescape(host, 'host')
}

function readIpLiteral(host: string): string {
  const close = host.lastIndexOf(']')
  if (close < 0) fail("missing ']' in host")
  const port = host.slice(close + 1)
  checkPort(port)
  const inside = host.slice(1, close)
  const zone = inside.indexOf('%25')
  const name =
    zone < 0 ? unescape(inside, 'host') : unescape(inside.slice(0, zone), 'host') + unescape(inside.slice(zone), 'zone')
  const address = parseAddress(name)
  if (typeof address === 'string') fail(`invalid host: ${address}`)
  if ((address as { bytes: readonly number[] }).bytes.length === 4) fail('invalid IP-literal')
  return `[${name}]${port}`
}

type Mode = 'host' | 'zone' | 'query' | 'other'

/** What stands unescaped in a host. */
const HOST = /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/

function unescape(text: string, mode: Mode): string {
  const bytes: Uint8Array[] = []
  const encoder = new TextEncoder()
  for (let at = 0; at < text.length; ) {
    if (text[at] === '%') {
      bytes.push(Uint8Array.of(unescapeByte(text.slice(at, at + 3), mode)))
      at += 3
      continue
    }
    const end = text.indexOf('%', at) < 0 ? text.length : text.indexOf('%', at)
    const plain = text.slice(at, end)
    const wrong = mode === 'host' || mode === 'zone' ? [...plain].find((each) => each < '\x80' && !HOST.test(each)) : ''
    if (wrong) fail(`invalid character ${goQuote(wrong)} in host name`)
    bytes.push(encoder.encode(mode === 'query' ? plain.replaceAll('+', ' ') : plain))
    at = end
  }
  return new TextDecoder().decode(Buffer.concat(bytes))
}

function unescapeByte(escape: string, mode: Mode): number {
  const refuse = () => fail(`invalid URL escape ${goQuote(escape)}`)
  if (!/^%[0-9a-fA-F]{2}$/.test(escape)) refuse()
  const byte = Number.parseInt(escape.slice(1), 16)
  if (mode === 'host' && byte < 0x80 && escape !== '%25') refuse()
  if (mode === 'zone' && escape !== '%25' && byte !== 0x20 && !HOST.test(String.fromCharCode(byte))) refuse()
  return byte
}

function splitPath(written: string): Pick<GoUrl, 'path' | 'rawPath'> {
  const path = unescape(written, 'other')
  return { path, rawPath: escapePath(path) === written ? '' : written }
}

function escapePath(path: string): string {
  return Array.from(new TextEncoder().encode(path), (byte) => {
    const character = String.fromCharCode(byte)
    if (/[A-Za-z0-9\-_.~$&+,/:;=@]/.test(character)) return character
    return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
}

/** The path as it may stand in a URL: as it was written, where that was sound. */
export function escapedPath({ path, rawPath }: GoUrl): string {
  if (rawPath !== '' && /^[A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]%]*$/.test(rawPath)) return rawPath
  return path === '*' ? '*' : escapePath(path)
}

/** The host without its port and brackets. */
export function hostnameOf({ host }: GoUrl): string {
  const name = withoutPort(host)
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
}

export const portOf = ({ host }: GoUrl): string => host.slice(withoutPort(host).length + 1)

function withoutPort(host: string): string {
  const match = /^(.*):[0-9]*$/s.exec(host)
  return match && !(host.startsWith('[') && !(match[1] as string).endsWith(']')) ? (match[1] as string) : host
}

/** The values of a query by key; what is malformed is left out. */
export function queryOf({ rawQuery }: GoUrl): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const pair of rawQuery.split('&')) {
    if (pair === '' || pair.includes(';')) continue
    const [key, value] = cut(pair, '=').map(tryUnescape)
    if (key === undefined || value === undefined) continue
    const values = Object.hasOwn(found, key) ? (found[key] as string[]) : []
    Object.defineProperty(found, key, { value: [...values, value], enumerable: true, configurable: true })
  }
  return found
}

function tryUnescape(text: string): string | undefined {
  try {
    return unescape(text, 'query')
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}
