import type { Authenticator } from './authenticator.ts'

/** A component of this process is whom the process says it is. */
export const inProcess: Authenticator = ({ connection: { user } }) => user && { user }
