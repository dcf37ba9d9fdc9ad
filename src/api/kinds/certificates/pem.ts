import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

const BLOCK = /-----BEGIN ([^\n]*?)-----\r?\n([\s\S]*?)-----END \1-----/g

interface Block {
  type: string
  body: string
}

/** The PEM blocks in base64-wrapped data. */
function blocksOf(base64: string): Block[] {
  const text = Buffer.from(base64, 'base64').toString('latin1')
  return [...text.matchAll(BLOCK)].map(([, type = '', body = '']) => ({ type, body }))
}

/** Why data does not hold a certificate request. Its signature is checked by who signs. */
export function requestProblem(base64: string): string | undefined {
  const [first] = blocksOf(base64)
  return first?.type === 'CERTIFICATE REQUEST' ? undefined : 'PEM block type must be CERTIFICATE REQUEST'
}

/** Why data does not hold a chain of certificates; no data is fine. */
export function certificateProblem(base64: string): string | undefined {
  if (base64 === '') return undefined
  const blocks = blocksOf(base64)
  if (blocks.length === 0) return 'must contain at least one CERTIFICATE PEM block'
  return blocks.map(blockProblem).find((problem) => problem !== undefined)
}

function blockProblem({ type, body }: Block): string | undefined {
  if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`
  if (body.includes(':')) return 'no PEM block headers are permitted'
  return isCertificate(Buffer.from(body, 'base64')) ? undefined : 'x509: malformed certificate'
}

function isCertificate(der: Buffer): boolean {
  try {
    return new X509Certificate(der).raw.length > 0
  } catch {
    return false // That is how the parser says no.
  }
}

/** Why a certificate and a private key are no pair, in the words of Go's crypto/tls. */
export function keyPairProblem(certificate: string, key: string): string | undefined {
  const [certificates, keys] = [blocksOf(certificate), blocksOf(key)]
  const leaf = certificates.find(({ type }) => type === 'CERTIFICATE')
  if (!leaf) return noCertificate(certificates.map(({ type }) => type))
  const own = keys.find(({ type }) => /(^| )PRIVATE KEY$/.test(type))
  if (!own) return noKey(keys.map(({ type }) => type))
  const der = Buffer.from(leaf.body, 'base64')
  if (!isCertificate(der)) return 'x509: malformed certificate'
  const privateKey = readKey(own)
  return privateKey ? mismatch(new X509Certificate(der), privateKey) : 'tls: failed to parse private key'
}

function noCertificate(types: readonly string[]): string {
  if (types.length === 0) return 'tls: failed to find any PEM data in certificate input'
  if (types.length === 1 && types[0]?.endsWith('PRIVATE KEY')) {
    return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
  }
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${types.join(' ')}]`
}

function noKey(types: readonly string[]): string {
  if (types.length === 0) return 'tls: failed to find any PEM data in key input'
  if (types.length === 1 && types[0] === 'CERTIFICATE') {
    return 'tls: found a certificate rather than a key in the PEM for the private key'
  }
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${types.join(' ')}]`
}

function readKey({ type, body }: Block): KeyObject | undefined {
  try {
    return createPrivateKey(`-----BEGIN ${type}-----\n${body}-----END ${type}-----\n`)
  } catch {
    return undefined // That is how the parser says no.
  }
}

function mismatch(certificate: X509Certificate, key: KeyObject): string | undefined {
  if (certificate.publicKey.asymmetricKeyType !== key.asymmetricKeyType) {
    return 'tls: private key type does not match public key type'
  }
  return certificate.checkPrivateKey(key) ? undefined : 'tls: private key does not match public key'
}
