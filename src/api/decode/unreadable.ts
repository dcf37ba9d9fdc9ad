/** Why a value cannot be read, in upstream's words. */
export interface Unreadable {
  error: string
}
