import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { Subject } from './certificates.ts'
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
  /** Private, PEM: signs the tokens of service accounts. */
  serviceAccountKey: string
}

const DAY_MS = 24 * 3600 * 1000
/** A certificate is made anew at start once it has less than this left. */
const RENEW_BEFORE_DAYS = 90

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

/** Only where a certificate is to be made: most starts find them all. */
const generator = () => import('./certificates.ts')

/** Reads the cluster's certificates from `dir`, and makes those that are missing, run out soon, or carry other names. */
export async function openPki(dir: string, names: PkiNames, now: number): Promise<Pki> {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const ca = read(dir, 'ca') ?? save(dir, 'ca', await (await generator()).makeCa(now))
  const leaf = async (file: string, subject: Subject) => {
    const found = read(dir, file)
    if (found && isFit(found, ca, subject, now)) return found
    return save(dir, file, await (await generator()).makeLeaf(ca, subject, now))
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
  return { ca, admin, apiServer, apiServerKubeletClient, kubelet, serviceAccountKey: openKey(dir, 'sa') }
}

/** Never made anew: the tokens that it signed would no longer count. */
function openKey(dir: string, name: string): string {
  const file = join(dir, `${name}.key`)
  try {
    const key = readFileSync(file, 'utf8')
    createPrivateKey(key)
    return key
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') {
      const why = (error as Error).message
      throw new Failure(`${file} cannot be read (${why}); restore it, or remove it to have another one made`)
    }
  }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const made = privateKey.export({ type: 'pkcs8', format: 'pem' })
  writeWhole(file, made)
  return made
}

function read(dir: string, name: string): KeyPair | undefined {
  const file = join(dir, `${name}.crt`)
  try {
    const pair = { cert: readFileSync(file, 'utf8'), key: readFileSync(join(dir, `${name}.key`), 'utf8') }
    new X509Certificate(pair.cert)
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
    writeWhole(join(dir, `${name}.${suffix}`), text)
  }
  return pair
}

/** After a crash the file is there whole, or not at all. */
function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true })
  renameSync(`${file}.new`, file)
}

function isFit({ cert }: KeyPair, ca: KeyPair, subject: Subject, now: number): boolean {
  const parsed = new X509Certificate(cert)
  const left = Date.parse(parsed.validTo) - now
  return (
    left > RENEW_BEFORE_DAYS * DAY_MS &&
    parsed.verify(new X509Certificate(ca.cert).publicKey) &&
    parsed.subject.split('\n').includes(`CN=${subject.commonName}`) &&
    (subject.names ?? []).every((name) => (isIP(name) ? parsed.checkIP(name) : parsed.checkHost(name)) !== undefined)
  )
}
