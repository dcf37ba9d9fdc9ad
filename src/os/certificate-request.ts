/** What a PKCS #10 certificate request asks to be certified. */
export interface RequestedSubject {
  commonName: string
  organizations: string[]
  dnsNames: string[]
  ipAddresses: string[]
  emailAddresses: string[]
  uris: string[]
}

/** Reads a request from PEM, and checks that who made it has the key. Rejects with an Error that says what is wrong. */
export async function readCertificateRequest(pem: string): Promise<RequestedSubject> {
  const x509 = await library()
  const request = new x509.Pkcs10CertificateRequest(pem)
  if (!(await request.verify())) throw new Error('the signature of the certificate request is not that of its key')
  const found = request.extensions.find((extension) => extension instanceof x509.SubjectAlternativeNameExtension)
  const names = found?.names.items ?? []
  const ofType = (type: string) => names.filter((name) => name.type === type).map(({ value }) => value)
  return {
    commonName: request.subjectName.getField('CN')[0] ?? '',
    organizations: request.subjectName.getField('O'),
    dnsNames: ofType('dns'),
    ipAddresses: ofType('ip'),
    emailAddresses: ofType('email'),
    uris: ofType('url'),
  }
}

/** Large, and most clusters never see a request: loaded with the first one. */
async function library() {
  await import('reflect-metadata')
  const [x509, { webcrypto }] = await Promise.all([import('@peculiar/x509'), import('node:crypto')])
  x509.cryptoProvider.set(webcrypto)
  return x509
}
