import { type Authenticator, BadCredentials } from './authenticator.ts'

/** What tells one credential from another in the extra fields of a user. */
export const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id'

/** A certificate that the cluster's CA signed: its common name is the user, its organizations are the groups. */
export const clientCertificate: Authenticator = ({
  connection: { clientCertificate: certificate, invalidCertificate },
}) => {
  if (invalidCertificate) throw new BadCredentials('x509: certificate signed by unknown authority')
  if (!certificate?.commonName) return undefined
  const { commonName, organizations, sha256 } = certificate
  const extra = sha256 && { [CREDENTIAL_ID]: [`X509SHA256=${sha256}`] }
  return { user: { name: commonName, groups: organizations, ...(extra && { extra }) } }
}
