import { ANONYMOUS, type Authenticator } from './authenticator.ts'

/** What anybody may read; the role `system:public-info-viewer` allows it. */
const PUBLIC_PATHS = new Set(['/healthz', '/livez', '/readyz', '/version', '/version/'])

/** Nobody in particular, for what is public; elsewhere who asks has to say who they are. */
export const anonymous: Authenticator = ({ path }) => (PUBLIC_PATHS.has(path) ? { user: ANONYMOUS } : undefined)
