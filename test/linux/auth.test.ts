import 'reflect-metadata'
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { execFileSync } from 'node:child_process'
import * as x509 from '@peculiar/x509'
import { eventually, kubectlProgram, type LinuxCluster, linuxCluster, skipReason } from './harness.ts'

suite('who may what', { skip: skipReason }, () => {
  let cluster: LinuxCluster
  before(async () => {
    cluster = await linuxCluster()
    await eventually('the default account', async () => {
      const { code } = await cluster.kubectl('get', 'serviceaccount', 'default')
      return code === 0 || undefined
    })
    await cluster.ok('create', 'serviceaccount', 'robot')
    await cluster.ok('create', 'role', 'pod-reader', '--verb=get', '--resource=pods')
    await cluster.ok('create', 'rolebinding', 'robot', '--role=pod-reader', '--serviceaccount=default:robot')
  })
  const scratch = mkdtempSync(join(tmpdir(), 'skiff-auth-'))
  after(async () => {
    rmSync(scratch, { recursive: true })
    await cluster?.[Symbol.asyncDispose]()
  })

  /** kubectl that is let in by a token, and by nothing else. */
  const withToken = (token: string, ...args: string[]) =>
    cluster.kubectl(
      '--kubeconfig=/dev/null',
      `--server=https://127.0.0.1:${cluster.port}`,
      '--insecure-skip-tls-verify',
      `--token=${token}`,
      ...args,
    )

  test('an administrator is told who they are, and that they may do everything', async () => {
    const who = await cluster.ok('auth', 'whoami')
    assert.match(who, /^Username +kubernetes-admin$/m)
    assert.match(who, /^Groups +\[system:masters system:authenticated\]$/m)
    assert.match(who, /credential-id +\[X509SHA256=[0-9a-f]{64}\]$/m)
    assert.equal(await cluster.ok('auth', 'can-i', '*', '*'), 'yes')
    assert.match(await cluster.ok('auth', 'can-i', '--list'), /^\*\.\* +\[\] +\[\] +\[\*\]$/m)
  })

  test('a token lets a service account do what its role says', async () => {
    const token = await cluster.ok('create', 'token', 'robot', '--duration=10m')
    const who = await withToken(token, 'auth', 'whoami')
    assert.match(who.stdout, /^Username +system:serviceaccount:default:robot$/m)
    assert.match(
      who.stdout,
      /^Groups +\[system:serviceaccounts system:serviceaccounts:default system:authenticated\]$/m,
    )
    assert.equal((await withToken(token, 'auth', 'can-i', 'get', 'pods')).stdout, 'yes\n')
    assert.equal((await withToken(token, 'auth', 'can-i', 'list', 'pods')).stdout, 'no\n')
    assert.match((await withToken(token, 'auth', 'can-i', '--list')).stdout, /^pods +\[\] +\[\] +\[get\]$/m)
    const gone = await withToken(token, 'get', 'pod', 'nope')
    assert.equal(gone.stderr, 'Error from server (NotFound): pods "nope" not found\n')
    const refused = await withToken(token, 'get', 'pods')
    assert.equal(
      refused.stderr,
      'Error from server (Forbidden): pods is forbidden: User "system:serviceaccount:default:robot" cannot list resource "pods" in API group "" in the namespace "default"\n',
    )
  })

  test('a token that was changed lets nobody in', async () => {
    const token = await cluster.ok('create', 'token', 'robot')
    const { code, stderr } = await withToken(`${token.slice(0, -4)}AAAA`, 'get', 'pods')
    assert.equal(code, 1)
    assert.match(stderr, /You must be logged in to the server|Unauthorized/)
  })

  test('an administrator may act as others, who may not', async () => {
    const as = (...args: string[]) => cluster.kubectl('--as=bob', '--as-group=dev', ...args)
    assert.match((await as('auth', 'whoami')).stdout, /^Groups +\[dev system:authenticated\]$/m)
    assert.equal((await as('auth', 'can-i', 'delete', 'nodes')).stdout, 'no\n')
    await cluster.ok('create', 'rolebinding', 'dev', '--clusterrole=admin', '--group=dev')
    assert.equal((await as('auth', 'can-i', 'delete', 'secrets')).stdout, 'yes\n')
    const given = await as('create', 'rolebinding', 'all', '--clusterrole=cluster-admin', '--user=bob')
    assert.match(given.stderr, /user "bob" \(groups=\["dev" "system:authenticated"\]\) is attempting to grant RBAC/)
    assert.equal((await as('create', 'rolebinding', 'some', '--clusterrole=view', '--user=eve')).code, 0)
  })

  test('a pod speaks with the API server as its account', async () => {
    const node = await cluster.ok('get', 'nodes', '-o', 'jsonpath={.items[0].status.addresses[0].address}')
    // A ClusterIP leads nowhere yet, so the pod is told where the server really is.
    const manifest = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'inside' },
      spec: {
        serviceAccountName: 'robot',
        containers: [
          {
            name: 'main',
            image: 'busybox',
            command: ['sleep', '3600'],
            env: [
              { name: 'KUBERNETES_SERVICE_HOST', value: node },
              { name: 'KUBERNETES_SERVICE_PORT', value: String(cluster.port) },
            ],
            volumeMounts: [{ name: 'kubectl', mountPath: '/kubectl' }],
          },
        ],
        volumes: [{ name: 'kubectl', hostPath: { path: programOf(kubectlProgram()), type: 'File' } }],
      },
    }
    assert.equal((await cluster.kubectlWith(JSON.stringify(manifest), 'apply', '-f', '-')).code, 0)
    await cluster.ok('wait', '--for=condition=Ready', 'pod/inside', '--timeout=60s')
    const inside = (...args: string[]) => cluster.kubectl('exec', 'inside', '--', '/kubectl', ...args)
    assert.equal((await inside('get', 'pod', 'inside', '-o', 'name')).stdout, 'pod/inside\n')
    const who = (await inside('auth', 'whoami')).stdout
    assert.match(who, /^Username +system:serviceaccount:default:robot$/m)
    assert.match(who, /pod-name +\[inside\]$/m)
    assert.match(
      (await inside('get', 'secrets')).stderr,
      /secrets is forbidden: User "system:serviceaccount:default:robot"/,
    )
    assert.equal(
      (await cluster.kubectl('exec', 'inside', '--', 'cat', '/var/run/secrets/kubernetes.io/serviceaccount/namespace'))
        .stdout,
      'default',
    )
  })

  test('a token ends with its pod', async () => {
    const token = await cluster.ok('create', 'token', 'robot', '--bound-object-kind=Pod', '--bound-object-name=inside')
    assert.equal((await withToken(token, 'get', 'pod', 'inside', '-o', 'name')).stdout, 'pod/inside\n')
    await cluster.ok('delete', 'pod', 'inside', '--grace-period=0', '--force')
    const { stderr } = await withToken(token, 'get', 'pod', 'inside')
    assert.match(stderr, /You must be logged in to the server|Unauthorized/)
  })

  test('a certificate that was approved lets its owner in', async () => {
    const { pem, key } = await certificateRequest('CN=carol, O=dev')
    const request = {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: 'carol' },
      spec: {
        request: Buffer.from(pem).toString('base64'),
        signerName: 'kubernetes.io/kube-apiserver-client',
        usages: ['client auth', 'digital signature'],
        expirationSeconds: 3600,
      },
    }
    assert.equal((await cluster.kubectlWith(JSON.stringify(request), 'create', '-f', '-')).code, 0)
    assert.match(await cluster.ok('get', 'csr', 'carol'), /kubernetes-admin +60m +Pending$/)
    assert.match(await cluster.ok('certificate', 'approve', 'carol'), /carol approved/)
    const certificate = await eventually('the certificate', async () => {
      const text = await cluster.ok('get', 'csr', 'carol', '-o', 'jsonpath={.status.certificate}')
      return text ? Buffer.from(text, 'base64').toString() : undefined
    })
    assert.match(await cluster.ok('get', 'csr', 'carol'), /Approved,Issued$/)
    const [certFile, keyFile] = [join(scratch, 'carol.crt'), join(scratch, 'carol.key')]
    writeFileSync(certFile, certificate)
    writeFileSync(keyFile, key)
    const who = await cluster.kubectl(
      '--kubeconfig=/dev/null',
      `--server=https://127.0.0.1:${cluster.port}`,
      '--insecure-skip-tls-verify',
      `--client-certificate=${certFile}`,
      `--client-key=${keyFile}`,
      'auth',
      'whoami',
    )
    assert.match(who.stdout, /^Username +carol$/m)
    assert.match(who.stdout, /^Groups +\[dev system:authenticated\]$/m)
  })

  test('components of the cluster are allowed all that they try', async () => {
    const log = execFileSync('cat', [`${cluster.dataDir}/logs/skiff.log`], { encoding: 'utf8' })
    assert.deepEqual(
      log.split('\n').filter((line) => line.includes('forbidden')),
      [],
    )
  })
})

/** A key, and a request for a certificate of it. */
async function certificateRequest(name: string): Promise<{ pem: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  x509.cryptoProvider.set(webcrypto)
  const options = { name, keys, signingAlgorithm: algorithm }
  const request = await x509.Pkcs10CertificateRequestGenerator.create(options)
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { pem: request.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') }
}

/** The file behind a program's name, whatever links lead there. */
function programOf(name: string): string {
  return realpathSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim())
}
