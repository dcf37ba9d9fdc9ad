import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Kind } from '../../api/kind.ts'
import { CertificateSigningRequest } from '../../api/kinds/certificates/certificate-signing-request.ts'
import { ConfigMap } from '../../api/kinds/core/config-map.ts'
import { KINDS } from '../../api/kinds/index.ts'
import type { KubeObject } from '../../api/meta.ts'
import type { Attributes } from '../authz/attributes.ts'
import { testServer } from '../test-server.ts'
import { certificateApproval, certificateSigning } from './certificate-signers.ts'
import { ownerReferencesPermissionEnforcement } from './owner-references-permission-enforcement.ts'
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts'

/** `update deployments/finalizers web`. */
const print = ({ verb, resource, subresource, name }: Attributes) =>
  [verb, subresource ? `${resource}/${subresource}` : resource, name].join(' ')

/** Allows what is listed, and notes all that it is asked. */
function asked(...allowed: string[]) {
  const questions: string[] = []
  const authorize = (attributes: Attributes) => {
    questions.push(print(attributes))
    return { allowed: allowed.includes(print(attributes)), reason: 'no rule' }
  }
  return { questions, authorize }
}

const requestFor = (kind: Kind, object: object, old: object | undefined, subresource = ''): AdmissionRequest => ({
  operation: old ? 'UPDATE' : 'CREATE',
  kind,
  subresource,
  namespace: kind.scope === 'Namespaced' ? 'default' : '',
  name: 'x',
  object: object as KubeObject,
  ...(old && { old: old as KubeObject }),
  user: { name: 'jo', groups: [] },
  dryRun: false,
  warn: () => {},
})

const CSR = CertificateSigningRequest as Kind

/** Throws as the plugin does; none of these waits for anything. */
const validate = (plugin: AdmissionPlugin, request: AdmissionRequest) => void plugin.validate?.(request)

suite('who may speak for a signer', () => {
  const csr = (status: object, signerName = 'example.com/web') => ({
    metadata: { name: 'x' },
    spec: { signerName },
    status,
  })
  const approve = (...allowed: string[]) =>
    validate(certificateApproval(asked(...allowed).authorize), requestFor(CSR, csr({}), csr({}), 'approval'))

  test('is allowed it by name, or for the domain', () => {
    approve('approve signers example.com/web')
    approve('approve signers example.com/*')
    assert.throws(() => approve('sign signers example.com/web'), {
      message:
        'certificatesigningrequests.certificates.k8s.io "x" is forbidden: user not permitted to approve requests with signerName "example.com/web"',
    })
  })

  test('it is the stored signer that counts', () => {
    const { authorize } = asked('approve signers mine/x')
    const request = requestFor(CSR, csr({}, 'mine/x'), csr({}, 'kubernetes.io/y'), 'approval')
    assert.throws(() => validate(certificateApproval(authorize), request), /signerName "kubernetes.io\/y"/)
  })

  test('issuing is signing, other changes of the status are not', () => {
    const { authorize, questions } = asked()
    const update = (status: object) => requestFor(CSR, csr(status), csr({}), 'status')
    validate(certificateSigning(authorize), update({}))
    assert.deepEqual(questions, [])
    assert.throws(
      () => validate(certificateSigning(authorize), update({ certificate: 'PEM' })),
      /not permitted to sign/,
    )
    const failed = { conditions: [{ type: 'Failed', status: 'True' }] }
    assert.throws(() => validate(certificateSigning(authorize), update(failed)), /not permitted to sign/)
  })
})

test('nobody gets to be an administrator by asking for the certificate', async () => {
  const { json, fail } = await testServer()
  const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
  const bodyFor = (pem: string, signerName: string) => ({
    body: {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { generateName: 'r-' },
      spec: { request: Buffer.from(pem).toString('base64'), signerName, usages: ['client auth'] },
    },
  })
  const { message } = await fail(
    'POST',
    path,
    bodyFor(await requestPem('O=system:masters'), 'kubernetes.io/kube-apiserver-client'),
  )
  assert.match(
    message ?? '',
    /is forbidden: use of kubernetes.io\/kube-apiserver-client signer with system:masters group is not allowed$/,
  )
  await json(201, 'POST', path, bodyFor(await requestPem('O=dev'), 'kubernetes.io/kube-apiserver-client'))
  await json(201, 'POST', path, bodyFor(await requestPem('O=system:masters'), 'example.com/other'))
})

async function requestPem(subject: string): Promise<string> {
  await import('reflect-metadata')
  const { Pkcs10CertificateRequestGenerator } = await import('@peculiar/x509')
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])
  const request = await Pkcs10CertificateRequestGenerator.create(
    { name: `${subject}, CN=jo`, keys, signingAlgorithm },
    crypto,
  )
  return request.toString('pem')
}

suite('who may give an object owners', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u' }
  const owned = (...ownerReferences: object[]) => ({ metadata: { name: 'x', ownerReferences } })
  const check = (object: object, old: object | undefined, ...allowed: string[]) => {
    const { authorize, questions } = asked(...allowed)
    const plugin = ownerReferencesPermissionEnforcement(authorize, () => KINDS)
    validate(plugin, requestFor(ConfigMap, object, old))
    return questions
  }

  test('of a new object everybody, of an old one who may delete it', () => {
    assert.deepEqual(check(owned(owner), undefined), [])
    assert.deepEqual(check(owned(owner), owned(owner)), [])
    assert.deepEqual(check(owned(owner), owned(), 'delete configmaps x'), ['delete configmaps x'])
    assert.throws(() => check(owned(owner), owned()), {
      message: `configmaps "x" is forbidden: cannot set an ownerRef on a resource you can't delete: no rule, <nil>`,
    })
  })

  test('to hold up a deletion takes the right to do that', () => {
    const blocking = { ...owner, blockOwnerDeletion: true }
    assert.deepEqual(check(owned(blocking), undefined, 'update */finalizers *'), ['update */finalizers *'])
    const both = ['update */finalizers *', 'update deployments/finalizers web']
    assert.deepEqual(check(owned(blocking), undefined, 'update deployments/finalizers web'), both)
    assert.throws(
      () => check(owned(blocking), undefined),
      /cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: no rule, <nil>$/,
    )
    const unknown = { ...blocking, apiVersion: 'example.com/v1', kind: 'Widget' }
    assert.throws(
      () => check(owned(unknown), undefined),
      /cannot find RESTMapping for APIVersion example.com\/v1 Kind Widget/,
    )
  })
})
