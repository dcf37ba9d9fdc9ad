/** A file that a volume shows. */
export interface PayloadFile {
  data: Uint8Array
  mode: number
  /** Whose it is; root's when absent. */
  uid?: number
}

/** Files by their path within the volume. */
export type Payload = Map<string, PayloadFile>

interface KeyToPath {
  key: string
  path: string
  mode?: number
}

export interface Selection {
  /** Which keys become which files; all under their own names when absent. */
  items?: readonly KeyToPath[]
  defaultMode?: number
  optional?: boolean
}

const DEFAULT_MODE = 0o644

/** Picks files from what an object holds. `what` names the object in messages: `configmap`, `secret`. */
export function selectFiles(
  contents: ReadonlyMap<string, Uint8Array>,
  { items, defaultMode = DEFAULT_MODE, optional = false }: Selection,
  what: string,
): Payload {
  if (!items?.length) return new Map([...contents].map(([key, data]) => [key, { data, mode: defaultMode }]))
  const payload: Payload = new Map()
  for (const { key, path, mode = defaultMode } of items) {
    const data = contents.get(key)
    if (data) payload.set(path, { data, mode })
    else if (!optional) throw new Error(`references non-existent ${what} key: ${key}`)
  }
  return payload
}

/** What an object holds as text and as base64. */
export function contentsOf(
  text: Readonly<Record<string, string>> = {},
  base64: Readonly<Record<string, string>> = {},
): Map<string, Uint8Array> {
  return new Map([
    ...Object.entries(text).map(([key, value]) => [key, Buffer.from(value, 'utf8')] as const),
    ...Object.entries(base64).map(([key, value]) => [key, Buffer.from(value, 'base64')] as const),
  ])
}
