import { dns1123Label, dns1123Subdomain } from '../../api/names.ts'

const PREFIX = 'system:serviceaccount:'
export const ALL_SERVICE_ACCOUNTS = 'system:serviceaccounts'

/** The user that a service account is: `system:serviceaccount:NAMESPACE:NAME`. */
export function usernameOf(namespace: string, name: string): string {
  return `${PREFIX}${namespace}:${name}`
}

/** The reverse of `usernameOf`; `undefined` for users that are no service account. */
export function splitUsername(username: string): { namespace: string; name: string } | undefined {
  if (!username.startsWith(PREFIX)) return undefined
  const [namespace = '', name = '', ...rest] = username.slice(PREFIX.length).split(':')
  const isValid = rest.length === 0 && dns1123Label(namespace).length === 0 && dns1123Subdomain(name).length === 0
  return isValid ? { namespace, name } : undefined
}

/** The groups that every service account of a namespace is in. */
export function groupsOf(namespace: string): string[] {
  return [ALL_SERVICE_ACCOUNTS, `${ALL_SERVICE_ACCOUNTS}:${namespace}`]
}
