import { fn, free, type Library, member } from '../declarations.ts'
import { structOf } from '../types.ts'
import { CelError, Opaque, type Value } from '../values.ts'
import { escapedPath, type GoUrl, hostnameOf, parseRequestUri, parseUrl, portOf, queryOf } from './go-url.ts'

const OWN = { URL: structOf('kubernetes.URL') }

class Url extends Opaque {
  readonly typeName = 'kubernetes.URL'
  readonly parts: GoUrl

  constructor(parts: GoUrl) {
    super()
    this.parts = parts
  }

  equals(other: Value): boolean {
    return other instanceof Url && JSON.stringify(other.parts) === JSON.stringify(this.parts)
  }
}

function toUrl(text: string): Value {
  const asRequest = parseRequestUri(text)
  // A fragment belongs to no request, so that the URL is read once more as any other.
  const url = typeof asRequest === 'string' ? asRequest : parseUrl(text)
  return typeof url === 'string' ? new CelError(`URL parse error during conversion from string: ${url}`) : new Url(url)
}

const part = (name: string, id: string, read: (url: GoUrl) => Value, type = 'string') =>
  fn(
    name,
    member(`url_get_${id}`, `URL -> ${type}`, ({ parts }: Url) => read(parts), OWN),
  )

/** URLs. */
export const URLS: Library = {
  functions: [
    fn('url', free('string_to_url', 'string -> URL', toUrl, OWN)),
    part('getScheme', 'scheme', ({ scheme }) => scheme),
    part('getHost', 'host', ({ host }) => host),
    part('getHostname', 'hostname', hostnameOf),
    part('getPort', 'port', portOf),
    part('getEscapedPath', 'escaped_path', escapedPath),
    part('getQuery', 'query', queryOf, 'map(string, list(string))'),
    fn(
      'isURL',
      free('is_url_string', 'string -> bool', (text: string) => typeof parseRequestUri(text) !== 'string'),
    ),
  ],
}
