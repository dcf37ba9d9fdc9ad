import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

x509.cryptoProvider.set(webcrypto)

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 24 * 3600 * 1000

/** PEM, both. */
export interface KeyPair {
  cert: string
  key: string
}

/** A certificate authority for one test. */
export interface Authority extends KeyPair {
  /** A certificate for a subject (`O=system:masters, CN=boss`) at 127.0.0.1. */
  sign(name: string): Promise<KeyPair>
}

export async function authority(): Promise<Authority> {
  const made = async (name: string, issuer?: { name: string; key: webcrypto.CryptoKey }) => {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: String(Math.floor(webcrypto.getRandomValues(new Uint32Array(1))[0] as number)),
      subject: name,
      issuer: issuer?.name ?? name,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + DAY_MS),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: issuer?.key ?? keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(!issuer, undefined, true),
        new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]),
      ],
    })
    const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
    return { cert: certificate.toString('pem'), key, privateKey: keys.privateKey }
  }
  const ca = await made('CN=ca')
  return { ...ca, sign: (name) => made(name, { name: 'CN=ca', key: ca.privateKey }) }
}
