import { X509Certificate } from 'node:crypto'

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
