/** Who makes a request. */
export interface UserInfo {
  name: string
  uid?: string
  groups: readonly string[]
  extra?: Readonly<Record<string, readonly string[]>>
}

/** A request to the API server, however it came: over TLS, or from a component in the same process. */
export interface ApiRequest {
  method: string
  /** Path and query, percent-encoded: `/api/v1/pods?limit=5`. */
  url: string
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  body?: string | Uint8Array
  /** Aborted when the caller no longer wants an answer. */
  signal?: AbortSignal
}

/** What comes back. A watch answers with chunks that arrive as things happen, each chunk one or more whole lines. */
export interface ApiResponse {
  status: number
  headers: Readonly<Record<string, string>>
  body: string | Uint8Array | AsyncIterable<string | Uint8Array>
}
