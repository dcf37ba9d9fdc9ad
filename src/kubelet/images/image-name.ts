/** The parts of an image's name, in the grammar of the distribution project. */
export interface ImageName {
  /** `docker.io/library/nginx`. */
  repository: string
  tag?: string
  digest?: string
}

const DOMAIN =
  /^(?:localhost|(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*)(?::\d+)?$/
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/
const NAME_MAX_LENGTH = 255

/** Takes an image's name apart; throws with upstream's message when it is none. */
export function parseImageName(image: string): ImageName {
  const bad = (why: string) => new Error(`couldn't parse image name ${JSON.stringify(image)}: ${why}`)
  const [named = '', digest] = splitAt(image, image.indexOf('@'))
  const colon = named.lastIndexOf(':')
  const [name = '', tag] = colon > named.lastIndexOf('/') ? splitAt(named, colon) : [named]
  const [first = '', rest] = splitAt(name, name.indexOf('/'))
  const hasDomain = rest !== undefined && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first)
  const path = hasDomain ? rest : name
  if (path !== path.toLowerCase() && PATH.test(path.toLowerCase())) {
    throw bad('invalid reference format: repository name (' + withLibrary(hasDomain, path) + ') must be lowercase')
  }
  const good = PATH.test(path) && (!hasDomain || DOMAIN.test(first))
  if (!good || (tag !== undefined && !TAG.test(tag)) || (digest !== undefined && !DIGEST.test(digest))) {
    throw bad('invalid reference format')
  }
  if (path.length > NAME_MAX_LENGTH) throw bad('repository name must not be more than 255 characters')
  const repository = hasDomain ? `${first}/${path}` : `docker.io/${withLibrary(false, path)}`
  return { repository, ...(tag && { tag }), ...(digest && { digest }) }
}

const withLibrary = (hasDomain: boolean, path: string) => (hasDomain || path.includes('/') ? path : `library/${path}`)

const splitAt = (text: string, at: number): [string, string?] =>
  at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]

/** The name with a tag or a digest: `latest` when it has neither. */
export function withDefaultTag(image: string): string {
  const { tag, digest } = parseImageName(image)
  return tag || digest ? image : `${image}:latest`
}
