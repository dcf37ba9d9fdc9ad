import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import {
  API_PATH,
  type Credentials,
  type Mirror,
  type Registries,
  type RegistryConfig,
  type RegistryTls,
  schemeOf,
} from './registries.ts'

/** A registries file that cannot be used; the message has one line for each thing to put right. */
export class RegistriesError extends Error {}

/** A host's name or address, with a port or without. */
const HOST = /^(\*|([\w.-]+|\[[\da-fA-F:.]+\])(:\d+)?)$/

/** Reads a registries file; throws RegistriesError naming every line that is wrong. */
export function parseRegistries(text: string): Registries {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, version: '1.1', merge: true })
  const [syntax] = document.errors
  if (syntax) throw new RegistriesError(`line ${lines.linePos(syntax.pos[0]).line}: ${firstLine(syntax.message)}`)
  const reader = new Reader((path) => {
    const offset = offsetOf(document.contents, path)
    return offset === undefined ? undefined : lines.linePos(offset).line
  })
  const registries = reader.registries(plainValue(document))
  if (reader.problems.length > 0) throw new RegistriesError(reader.problems.join('\n'))
  return registries
}

/** Turns the file's values into ours and collects what is wrong with them. */
class Reader {
  readonly problems: string[] = []
  readonly #lineOf: (path: string[]) => number | undefined

  constructor(lineOf: (path: string[]) => number | undefined) {
    this.#lineOf = lineOf
  }

  registries(value: unknown): Registries {
    const { mirrors, configs } = this.#fields(value, [], ['mirrors', 'configs'])
    return {
      mirrors: this.#byHost(mirrors, ['mirrors'], (mirror, path) => this.#mirror(mirror, path)),
      configs: this.#byHost(configs, ['configs'], (config, path) => this.#config(config, path)),
    }
  }

  #byHost<T>(value: unknown, path: string[], read: (value: unknown, path: string[]) => T): Map<string, T> {
    const byHost = new Map<string, T>()
    for (const [host, entry] of Object.entries(this.#fields(value, path))) {
      if (!HOST.test(host))
        this.#report([...path, host], 'write the host alone, such as registry.example.com:5000, or "*"')
      byHost.set(host, read(entry, [...path, host]))
    }
    return byHost
  }

  #mirror(value: unknown, path: string[]): Mirror {
    const { endpoint = [], disable_default_endpoint } = this.#fields(value, path, [
      'endpoint',
      'disable_default_endpoint',
    ])
    const written = Array.isArray(endpoint) ? endpoint : [undefined]
    const endpoints = written.map((url) => this.#endpoint(url, [...path, 'endpoint']))
    const twice = endpoints.find((url, index) => endpoints.indexOf(url) < index)
    if (twice) this.#report([...path, 'endpoint'], `names ${twice} twice: remove one of them`)
    const alone = this.#boolean(disable_default_endpoint, [...path, 'disable_default_endpoint']) ?? false
    if (alone && endpoints.length === 0) {
      this.#report([...path, 'disable_default_endpoint'], 'leaves nothing to pull from: give at least one endpoint')
    }
    return { endpoints, defaultEndpoint: !alone }
  }

  #endpoint(value: unknown, path: string[]): string {
    const text = typeof value === 'string' ? value : ''
    const url = URL.parse(text.includes('://') ? text : `${schemeOf(text.replace(/\/.*/, ''))}://${text}`)
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
      this.#report(path, 'must be a list of http or https URLs, such as ["https://mirror.example.com"]')
      return ''
    }
    return `${url.origin}${url.pathname.replace(/\/+$/, '') || API_PATH}`
  }

  #config(value: unknown, path: string[]): RegistryConfig {
    const { auth, tls } = this.#fields(value, path, ['auth', 'tls'])
    return {
      ...(auth === undefined ? {} : { auth: this.#credentials(auth, [...path, 'auth']) }),
      ...(tls === undefined ? {} : { tls: this.#tls(tls, [...path, 'tls']) }),
    }
  }

  #credentials(value: unknown, path: string[]): Credentials {
    const fields = this.#fields(value, path, ['username', 'password', 'auth', 'identity_token'])
    const text = (name: string) => this.#string(fields[name], [...path, name])
    const username = text('username')
    const password = text('password')
    const auth = text('auth')
    const identityToken = text('identity_token')
    if ((username === undefined) !== (password === undefined)) this.#report(path, 'needs both username and password')
    if (!username && !auth && !identityToken) this.#report(path, 'give username and password, auth, or identity_token')
    return given({ username, password, auth, identityToken })
  }

  #tls(value: unknown, path: string[]): RegistryTls {
    const fields = this.#fields(value, path, ['ca_file', 'cert_file', 'key_file', 'insecure_skip_verify'])
    const file = (name: string) => this.#file(fields[name], [...path, name])
    const certFile = file('cert_file')
    const keyFile = file('key_file')
    if ((certFile === undefined) !== (keyFile === undefined)) this.#report(path, 'needs both cert_file and key_file')
    const insecureSkipVerify = this.#boolean(fields.insecure_skip_verify, [...path, 'insecure_skip_verify'])
    return given({ caFile: file('ca_file'), certFile, keyFile, insecureSkipVerify })
  }

  /** The fields of a mapping; an empty one may be left out. Without `known`, any name may stand there. */
  #fields(value: unknown, path: string[], known?: string[]): Record<string, unknown> {
    if (value === undefined || value === null) return {}
    if (typeof value !== 'object' || Array.isArray(value)) {
      this.#report(path, 'must be a mapping of names to values')
      return {}
    }
    const fields = Object.entries(value)
    for (const [name] of fields) {
      if (known?.includes(name) === false)
        this.#report([...path, name], `is unknown here; known are ${known.join(', ')}`)
    }
    return Object.fromEntries(fields)
  }

  #string(value: unknown, path: string[]): string | undefined {
    if (value === undefined || typeof value === 'string') return value
    this.#report(path, 'must be a string: put it into quotes')
    return undefined
  }

  #file(value: unknown, path: string[]): string | undefined {
    const file = this.#string(value, path)
    if (file !== undefined && !file.startsWith('/')) this.#report(path, 'must be an absolute path')
    return file
  }

  #boolean(value: unknown, path: string[]): boolean | undefined {
    if (value === undefined || typeof value === 'boolean') return value
    this.#report(path, 'must be true or false')
    return undefined
  }

  #report(path: string[], problem: string): void {
    const line = this.#lineOf(path)
    const place = path.length > 0 ? path.join('.') : 'the file'
    this.problems.push(`${line === undefined ? '' : `line ${line}: `}${place} ${problem}`)
  }
}

function plainValue(document: Document): unknown {
  try {
    return document.toJS()
  } catch (error) {
    // What an alias means is only found out here.
    if (error instanceof ReferenceError) throw new RegistriesError(error.message)
    throw error
  }
}

/** Where the deepest key of the path that is really written stands. */
function offsetOf(node: unknown, path: string[]): number | undefined {
  const [name, ...rest] = path
  if (name === undefined || !isMap(node)) return undefined
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === name)
  if (!pair || !isScalar(pair.key)) return undefined
  return offsetOf(pair.value, rest) ?? pair.key.range?.[0]
}

function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '')
}
