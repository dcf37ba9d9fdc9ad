import type { GroupResource } from '../api/errors.ts'

/** The key of one object: `<group or core>/<plural>/<namespace or nothing>/<name>`. */
export function objectKey(resource: GroupResource, namespace: string | undefined, name: string): string {
  return `${listPrefix(resource)}${namespace ?? ''}/${name}`
}

/** What all keys of a resource begin with, or all of one namespace. */
export function listPrefix({ group, plural }: GroupResource, namespace?: string): string {
  const all = `${group || 'core'}/${plural}/`
  return namespace ? `${all}${namespace}/` : all
}

/** The prefix of the resource that `key` belongs to. */
export function resourcePrefix(key: string): string {
  return key.slice(0, key.indexOf('/', key.indexOf('/') + 1) + 1)
}

const SURROGATES_START = 0xd800
const SURROGATES_END = 0xdfff

/** Orders by UTF-8 bytes, which JavaScript's own order is not beyond U+FFFF: a surrogate stands for a higher character. */
export function compareKeys(a: string, b: string): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

function rank(unit: number): number {
  return unit >= SURROGATES_START && unit <= SURROGATES_END ? unit + 0x10000 : unit
}

/** The first key beyond all that begin with `prefix`; `undefined`: there is none. */
export function prefixEnd(prefix: string): string | undefined {
  const characters = [...prefix]
  while (characters.length > 0) {
    const last = characters.pop()?.codePointAt(0) ?? 0
    if (last === 0x10ffff) continue
    const next = last + 1 === SURROGATES_START ? SURROGATES_END + 1 : last + 1
    return characters.join('') + String.fromCodePoint(next)
  }
  return undefined
}
