/** Names of fields as expressions write them: what is no identifier, or is a reserved word, is spelled out. */

const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

const SPELLED: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
}

const UNSPELLED = new Map(Object.entries(SPELLED).map(([plain, spelled]) => [spelled, plain]))

/** The identifier for a field, `a-b` being `a__dash__b`; nothing for a name that expressions cannot write. */
export function escapeName(name: string): string | undefined {
  if (!/^[a-zA-Z_./-][a-zA-Z0-9_./-]*$/.test(name)) return undefined
  if (RESERVED.has(name)) return `__${name}__`
  return name.replaceAll(/__|[./-]/g, (match) => SPELLED[match] as string)
}

/** The field that an identifier names; nothing when it spells nothing. */
export function unescapeName(identifier: string): string | undefined {
  let isSound = true
  const name = identifier.replaceAll(/__[^_]+__/g, (match) => {
    const plain = UNSPELLED.get(match)
    if (plain !== undefined) return plain
    const word = match.slice(2, -2)
    isSound &&= RESERVED.has(word) && match === identifier
    return word
  })
  return isSound ? name : undefined
}

export const isReservedWord = (name: string): boolean => RESERVED.has(name)
