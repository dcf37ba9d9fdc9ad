import 'reflect-metadata'
import { createPrivateKey, randomBytes, webcrypto, X509Certificate as NodeCertificate } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'
import { codeOf, Failure } from './failure.ts'

/** PEM, both. */
export interface KeyPair {
  cert: string
  key: string
}

export interface Pki {
  /** The cluster's CA; its key never leaves the pki directory. */
  ca: KeyPair
  /** `kubernetes-admin` in `system:masters`: what the kubeconfig holds. */
  admin: KeyPair
  apiServer: KeyPair
  /** The API server's client certificate towards kubelets. */
  apiServerKubeletClient: KeyPair
  /** `system:node:NAME` in `system:nodes`; serves the kubelet's port too. */
  kubelet: KeyPair
}

const DAY_MS = 24 * 3600 * 1000
const CA_DAYS = 3650
const LEAF_DAYS = 365
/** A certificate is made anew at start once it has less than this left. */
const RENEW_BEFORE_DAYS = 90
/** Clocks of clients may be behind. */
const BACKDATE_MS = 5 * 60 * 1000
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

x509.cryptoProvider.set(webcrypto)

interface Subject {
  commonName: string
  organization?: string
  usages: ('client' | 'server')[]
  /** DNS names and IP addresses. */
  names?: string[]
}

/** The names that the certificates carry. */
export interface PkiNames {
  nodeName: string
  /** Addresses at which the API server and the kubelet answer. */
  addresses: string[]
  /** First address of the service range: the `kubernetes` Service. */
  serviceIp: string
}

const API_SERVER_NAMES = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  'localhost',
]

/** Reads the cluster's certificates from `dir`, and makes those that are missing, run out soon, or carry other names. */
export async function openPki(dir: string, names: PkiNames, now: number): Promise<Pki> {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const ca = read(dir, 'ca') ?? save(dir, 'ca', await makeCa(now))
  const leaf = async (file: string, subject: Subject) => {
    const found = read(dir, file)
    return found && isFit(found, ca, subject, now) ? found : save(dir, file, await makeLeaf(ca, subject, now))
  }
  const addresses = [...new Set(['127.0.0.1', '::1', ...names.addresses])]
  const [admin, apiServer, apiServerKubeletClient, kubelet] = await Promise.all([
    leaf('admin', { commonName: 'kubernetes-admin', organization: 'system:masters', usages: ['client'] }),
    leaf('apiserver', {
      commonName: 'kube-apiserver',
      usages: ['server'],
      names: [...API_SERVER_NAMES, names.nodeName, names.serviceIp, ...addresses],
    }),
    leaf('apiserver-kubelet-client', {
      commonName: 'kube-apiserver-kubelet-client',
      organization: 'system:masters',
      usages: ['client'],
    }),
    leaf('kubelet', {
      commonName: `system:node:${names.nodeName}`,
      organization: 'system:nodes',
      usages: ['client', 'server'],
      names: [names.nodeName, 'localhost', ...addresses],
    }),
  ])
  return { ca, admin, apiServer, apiServerKubeletClient, kubelet }
}

function read(dir: string, name: string): KeyPair | undefined {
  const file = join(dir, `${name}.crt`)
  try {
    const pair = { cert: readFileSync(file, 'utf8'), key: readFileSync(join(dir, `${name}.key`), 'utf8') }
    new NodeCertificate(pair.cert)
    createPrivateKey(pair.key)
    return pair
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new Failure(
      `${file} and its .key cannot be read (${(error as Error).message}); restore them, or remove both to have them made anew`,
    )
  }
}

/** The key first: a certificate without its key would be taken for whole after a crash. */
function save(dir: string, name: string, pair: KeyPair): KeyPair {
  for (const [suffix, text] of [
    ['key', pair.key],
    ['crt', pair.cert],
  ] as const) {
    const file = join(dir, `${name}.${suffix}`)
    writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true })
    renameSync(`${file}.new`, file)
  }
  return pair
}

function isFit({ cert }: KeyPair, ca: KeyPair, subject: Subject, now: number): boolean {
  const parsed = new NodeCertificate(cert)
  const left = Date.parse(parsed.validTo) - now
  return (
    left > RENEW_BEFORE_DAYS * DAY_MS &&
    parsed.verify(new NodeCertificate(ca.cert).publicKey) &&
    parsed.subject.split('\n').includes(`CN=${subject.commonName}`) &&
    (subject.names ?? []).every((name) => (isIp(name) ? parsed.checkIP(name) : parsed.checkHost(name)) !== undefined)
  )
}

const isIp = (name: string) => /^[\d.]+$|:/.test(name)

async function makeCa(now: number): Promise<KeyPair> {
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

async function makeLeaf(ca: KeyPair, subject: Subject, now: number): Promise<KeyPair> {
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
              subject.names.map((value) => ({ type: isIp(value) ? 'ip' : 'dns', value }) as const),
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
