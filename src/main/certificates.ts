import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'
import type { CertificateOrder } from '../controllers/config.ts'
import type { KeyPair } from './pki.ts'

const DAY_MS = 24 * 3600 * 1000
const CA_DAYS = 3650
const LEAF_DAYS = 365
/** Clocks of clients may be behind. */
const BACKDATE_MS = 5 * 60 * 1000
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

x509.cryptoProvider.set(webcrypto)

/** Whom a certificate speaks of, and what it may be used for. */
export interface Subject {
  commonName: string
  organization?: string
  usages: ('client' | 'server')[]
  /** DNS names and IP addresses. */
  names?: string[]
}

/** A cluster's own CA, self-signed. */
export async function makeCa(now: number): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=skiff-ca',
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(now + CA_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { cert: cert.toString('pem'), key: await exportKey(keys.privateKey) }
}

/** A key, and the CA's certificate for it. */
export async function makeLeaf(ca: KeyPair, subject: Subject, now: number): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const issuer = new x509.X509Certificate(ca.cert)
  const organization = subject.organization ? [{ O: [subject.organization] }] : []
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: new x509.Name([...organization, { CN: [subject.commonName] }]).toString(),
    issuer: issuer.subject,
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(now + LEAF_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await importKey(ca.key),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(
        subject.usages.map((usage) => x509.ExtendedKeyUsage[usage === 'client' ? 'clientAuth' : 'serverAuth']),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...(subject.names?.length
        ? [
            new x509.SubjectAlternativeNameExtension(
              subject.names.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }) as const),
            ),
          ]
        : []),
    ],
  })
  return { cert: cert.toString('pem'), key: await exportKey(keys.privateKey) }
}

/** 16 random bytes with the highest bit clear: serial numbers are positive. */
function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40
  return bytes.toString('hex')
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const [der] = x509.PemConverter.decode(pem)
  return webcrypto.subtle.importKey('pkcs8', der as ArrayBuffer, ALGORITHM, false, ['sign'])
}

const KEY_USAGES: Readonly<Record<string, x509.KeyUsageFlags>> = {
  'digital signature': x509.KeyUsageFlags.digitalSignature,
  signing: x509.KeyUsageFlags.digitalSignature,
  'content commitment': x509.KeyUsageFlags.nonRepudiation,
  'key encipherment': x509.KeyUsageFlags.keyEncipherment,
  'key agreement': x509.KeyUsageFlags.keyAgreement,
  'data encipherment': x509.KeyUsageFlags.dataEncipherment,
}

const EXTENDED_USAGES: Readonly<Record<string, string>> = {
  'client auth': x509.ExtendedKeyUsage.clientAuth,
  'server auth': x509.ExtendedKeyUsage.serverAuth,
}

/** The CA's certificate for what somebody else requests; it ends with the CA at the latest. */
export async function signRequest(
  ca: KeyPair,
  { request, usages, lifetimeSeconds }: CertificateOrder,
  now: number,
): Promise<string> {
  const issuer = new x509.X509Certificate(ca.cert)
  const wanted = new x509.Pkcs10CertificateRequest(request)
  const names = wanted.extensions.filter((extension) => extension instanceof x509.SubjectAlternativeNameExtension)
  const bits = usages.map((usage): number => KEY_USAGES[usage] ?? 0)
  const flags = bits.reduce((all, bit) => all | bit, 0)
  const extended = usages.flatMap((usage) => EXTENDED_USAGES[usage] ?? [])
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: wanted.subjectName.toJSON(),
    issuer: issuer.subject,
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(Math.min(now + lifetimeSeconds * 1000, issuer.notAfter.getTime())),
    signingAlgorithm: ALGORITHM,
    publicKey: wanted.publicKey,
    signingKey: await importKey(ca.key),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      ...(flags ? [new x509.KeyUsagesExtension(flags, true)] : []),
      ...(extended.length ? [new x509.ExtendedKeyUsageExtension(extended)] : []),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...names,
    ],
  })
  return `${cert.toString('pem')}\n`
}
