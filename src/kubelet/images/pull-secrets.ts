import type { Secret } from '../../api/kinds/core/secret.ts'
import type { AuthConfig } from '../cri/types.ts'
import { parseImageName } from './image-name.ts'

interface DockerAuth {
  username?: string
  password?: string
  auth?: string
  identitytoken?: string
  registrytoken?: string
}

const FORMATS: Record<string, { key: string; auths: (parsed: never) => Record<string, DockerAuth> }> = {
  'kubernetes.io/dockerconfigjson': {
    key: '.dockerconfigjson',
    auths: (parsed: { auths?: Record<string, DockerAuth> }) => parsed.auths ?? {},
  },
  'kubernetes.io/dockercfg': { key: '.dockercfg', auths: (parsed: Record<string, DockerAuth>) => parsed },
}

/** The credentials in a pod's pull secrets that are for this image; those for the longest path come first. */
export function secretCredentials(secrets: readonly Secret[], image: string): AuthConfig[] {
  const { repository } = parseImageName(image)
  return secrets
    .flatMap(authsIn)
    .filter(([place]) => matches(place, repository))
    .sort(([a], [b]) => b.length - a.length)
    .map(([, auth]) => auth)
}

function authsIn({ type = '', data = {} }: Secret): [place: string, auth: AuthConfig][] {
  const format = FORMATS[type]
  const encoded = format && data[format.key]
  if (!encoded) return []
  const parsed = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as never
  return Object.entries(format.auths(parsed)).map(([place, auth]) => [normal(place), authOf(auth)])
}

function authOf({ username, password, auth, identitytoken, registrytoken }: DockerAuth): AuthConfig {
  const [user, secret] = auth ? splitOnce(Buffer.from(auth, 'base64').toString('utf8')) : []
  return {
    username: username ?? user ?? '',
    password: password ?? secret ?? '',
    identityToken: identitytoken ?? '',
    registryToken: registrytoken ?? '',
  }
}

function splitOnce(text: string): [string, string] {
  const colon = text.indexOf(':')
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
}

/** Without what Docker writes around a registry's name. */
function normal(place: string): string {
  const bare = place.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '')
  return bare === 'index.docker.io' ? 'docker.io' : bare
}

/** A host with parts that may be `*`, and a path that the image's begins with. */
function matches(place: string, repository: string): boolean {
  const [host = '', ...path] = place.split('/')
  const [imageHost = '', ...imagePath] = repository.split('/')
  const wanted = host.split('.')
  const given = imageHost.split('.')
  if (wanted.length !== given.length) return false
  const sameHost = wanted.every((part, i) => new RegExp(`^${part.replaceAll('*', '[^.]*')}$`).test(given[i] ?? ''))
  return sameHost && imagePath.join('/').startsWith(path.join('/'))
}
