import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../../api/meta.ts'
import { changeDefinition, POTS, potBody, potDefinition, servesDefinitions } from './test-definitions.ts'

type Pot = KubeObject & { spec: Record<string, unknown>; status?: Record<string, unknown> }

const MERGE = { 'content-type': 'application/merge-patch+json' }
const APPLY = { 'content-type': 'application/apply-patch+yaml' }
const TABLE = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' }

const messages = ({ details }: { details?: { causes?: { field: string; message: string }[] } }) =>
  details?.causes?.map(({ field, message }) => `${field}: ${message}`)

test('an object is made with defaults, and without what its schema does not know', async () => {
  const { json, send } = await servesDefinitions(potDefinition())
  const answer = await send('POST', POTS, {
    body: potBody('a', { depth: 1, lid: null, any: { x: [{ y: null }] } }, { status: { replicas: 9 } }),
  })
  assert.equal(answer.headers['warning'], '299 - "unknown field \\"spec.depth\\""')
  const pot = await json<Pot>(200, 'GET', `${POTS}/a`)
  assert.deepEqual(pot.spec, { size: 5, lid: null, any: { x: [{ y: null }] }, colour: 'red' })
  assert.equal(pot.status, undefined, 'a status is for its subresource')
  assert.equal(pot.metadata.generation, 1)
})

test('a strict reading refuses what is unknown', async () => {
  const { fail } = await servesDefinitions(potDefinition())
  const body = potBody('a', { depth: 1, plants: [{ name: 'a', colour: 1 }] }, { metadata: { name: 'a', label: {} } })
  const { code, message } = await fail('POST', `${POTS}?fieldValidation=Strict`, { body })
  assert.equal(code, 400)
  assert.equal(
    message,
    'Pot in version "v1" cannot be handled as a Pot: strict decoding error: unknown field "metadata.label", unknown field "spec.depth", unknown field "spec.plants[0].colour"',
  )
})

const UNREADABLE: [what: string, body: object, code: number, message: string][] = [
  [
    'wrong metadata',
    { ...potBody('a'), metadata: { name: 'a', labels: { a: 1 } } },
    400,
    'Pot in version "v1" cannot be handled as a Pot: json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
  ],
  [
    'another version',
    { ...potBody('a'), apiVersion: 'example.com/v2' },
    400,
    'the API version in the data (example.com/v2) does not match the expected API version (example.com/v1)',
  ],
  [
    'another kind',
    { ...potBody('a'), kind: 'Pan' },
    422,
    'Pot.example.com "a" is invalid: kind: Invalid value: "Pan": must be Pot',
  ],
]

for (const [what, body, code, message] of UNREADABLE) {
  test(`refused: ${what}`, async () => {
    const { fail } = await servesDefinitions(potDefinition())
    const status = await fail('POST', POTS, { body })
    assert.deepEqual([status.code, status.message], [code, message])
  })
}

test('all that is wrong is told at once, in upstream’s words', async () => {
  const { fail } = await servesDefinitions(potDefinition())
  const plants = [{ name: 'a' }, { name: 'a' }]
  const status = await fail('POST', POTS, { body: potBody('A', { size: 0, colour: 'green', port: true, plants }) })
  assert.equal(status.code, 422)
  assert.deepEqual(messages(status)?.slice(1), [
    'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    'spec.colour: Unsupported value: "green": supported values: "red", "blue"',
    'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
    'spec.plants[1]: Duplicate value: {"name":"a"}',
  ])
  assert.match(messages(status)?.[0] ?? '', /^metadata\.name: Invalid value: "A": a lowercase RFC 1123 subdomain/)
})

test('patches of three types are taken; a strategic one is not', async () => {
  const { json, fail } = await servesDefinitions(potDefinition())
  await json(201, 'POST', POTS, { body: potBody('a') })
  await json(200, 'PATCH', `${POTS}/a`, { headers: MERGE, body: { spec: { size: 6 } } })
  const patch = [{ op: 'replace', path: '/spec/colour', value: 'blue' }]
  const patched = await json<Pot>(200, 'PATCH', `${POTS}/a`, {
    headers: { 'content-type': 'application/json-patch+json' },
    body: patch,
  })
  assert.deepEqual(patched.spec, { size: 6, colour: 'blue' })
  const strategic = { 'content-type': 'application/strategic-merge-patch+json' }
  const { code, message } = await fail('PATCH', `${POTS}/a`, { headers: strategic, body: {} })
  assert.equal(code, 415)
  assert.match(
    message ?? '',
    /application\/json-patch\+json, application\/merge-patch\+json, application\/apply-patch\+yaml/,
  )
})

test('a patch to what the schema does not allow changes nothing', async () => {
  const { json, fail } = await servesDefinitions(potDefinition())
  await json(201, 'POST', POTS, { body: potBody('a') })
  const status = await fail('PATCH', `${POTS}/a`, { headers: MERGE, body: { spec: { size: 'big' } } })
  assert.deepEqual(messages(status), [
    'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
  ])
})

test('appliers share a map list, and are told of conflicts', async () => {
  const { json, fail } = await servesDefinitions(potDefinition())
  const apply = (manager: string, spec: object) => ({
    url: `${POTS}/a?fieldManager=${manager}`,
    request: { headers: APPLY, body: potBody('a', spec) },
  })
  const first = apply('one', { plants: [{ name: 'fern', height: 1 }] })
  await json(201, 'PATCH', first.url, first.request)
  const second = apply('two', { plants: [{ name: 'rose', height: 2 }] })
  const both = await json<Pot>(200, 'PATCH', second.url, second.request)
  assert.deepEqual(both.spec['plants'], [
    { name: 'fern', height: 1 },
    { name: 'rose', height: 2 },
  ])
  const third = apply('three', { plants: [{ name: 'rose', height: 3 }] })
  const { code, message } = await fail('PATCH', third.url, third.request)
  assert.equal(code, 409)
  assert.match(message ?? '', /conflict with "two"[^:]*: \.spec\.plants\[name="rose"\]\.height/)
  const wrong = apply('four', { depth: 5 })
  assert.match(
    (await fail('PATCH', wrong.url, wrong.request)).message ?? '',
    /\.spec\.depth: field not declared in schema/,
  )
})

test('the status is written apart', async () => {
  const { json } = await servesDefinitions(potDefinition())
  const made = await json<Pot>(201, 'POST', POTS, { body: potBody('a') })
  const body = {
    ...made,
    spec: { size: 99 },
    metadata: { ...made.metadata, labels: { a: 'b' } },
    status: { replicas: 3, x: 1 },
  }
  const shown = await json<Pot>(200, 'PUT', `${POTS}/a/status`, { body })
  assert.deepEqual([shown.spec['size'], shown.metadata.labels, shown.status], [5, undefined, { replicas: 3 }])
  assert.equal(shown.metadata.generation, 1)
  const next = { ...shown, spec: { ...shown.spec, size: 6 }, status: { replicas: 7 } }
  const changed = await json<Pot>(200, 'PUT', `${POTS}/a`, { body: next })
  assert.deepEqual([changed.spec['size'], changed.status, changed.metadata.generation], [6, { replicas: 3 }, 2])
})

test('an update must say which state it is for', async () => {
  const { json, fail } = await servesDefinitions(potDefinition())
  await json(201, 'POST', POTS, { body: potBody('a') })
  const { message } = await fail('PUT', `${POTS}/a`, { body: potBody('a', { size: 6 }) })
  assert.match(message ?? '', /metadata\.resourceVersion: Invalid value: 0: must be specified for an update/)
})

test('the scale is read and written where the definition says', async () => {
  const { json, fail } = await servesDefinitions(potDefinition())
  const made = await json<Pot>(201, 'POST', POTS, { body: potBody('a') })
  assert.match(
    (await fail('GET', `${POTS}/a/scale`)).message ?? '',
    /the spec replicas field "\.spec\.replicas" does not exist/,
  )
  await json(200, 'PUT', `${POTS}/a/status`, { body: { ...made, status: { replicas: 1, selector: 'a=b' } } })
  const scaled = await json<Pot>(200, 'PATCH', `${POTS}/a/scale`, { headers: MERGE, body: { spec: { replicas: 4 } } })
  assert.deepEqual(
    [scaled.kind, scaled.spec, scaled.status],
    ['Scale', { replicas: 4 }, { replicas: 1, selector: 'a=b' }],
  )
  const pot = await json<Pot>(200, 'GET', `${POTS}/a`)
  assert.equal(pot.spec['replicas'], 4)
  const { message } = await fail('PATCH', `${POTS}/a/scale`, { headers: MERGE, body: { spec: { replicas: -1 } } })
  assert.match(message ?? '', /must be greater than or equal to 0/)
})

test('a table has the columns of the definition', async () => {
  const { json } = await servesDefinitions(potDefinition())
  await json(201, 'POST', POTS, { body: potBody('a', { plants: [{ name: 'fern' }, { name: 'rose' }] }) })
  const table = await json<never>(200, 'GET', POTS, { headers: TABLE })
  const { columnDefinitions, rows } = table as {
    columnDefinitions: Record<string, unknown>[]
    rows: { cells: unknown[] }[]
  }
  assert.deepEqual(
    columnDefinitions.map(({ name, type, priority }) => [name, type, priority]),
    [
      ['Name', 'string', 0],
      ['Size', 'integer', 0],
      ['Plants', 'string', 1],
      ['Age', 'date', 0],
    ],
  )
  assert.deepEqual(rows[0]?.cells, ['a', 5, 'fern', '0s'])
})

test('objects are selected by the fields that the definition names', async () => {
  const { json, fail } = await servesDefinitions(potDefinition())
  for (const [name, colour] of Object.entries({ a: 'red', b: 'blue' })) {
    await json(201, 'POST', POTS, { body: potBody(name, { colour }) })
  }
  const { items } = await json<{ items: Pot[] } & KubeObject>(200, 'GET', `${POTS}?fieldSelector=spec.colour%3Dblue`)
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    ['b'],
  )
  assert.equal(
    (await fail('GET', `${POTS}?fieldSelector=spec.size%3D5`)).message,
    'field label not supported: spec.size',
  )
})

test('a watch tells of objects as they are made and changed', async () => {
  const { json, watchLines } = await servesDefinitions(potDefinition())
  const made = await json<Pot>(201, 'POST', POTS, { body: potBody('a') })
  await json(200, 'PATCH', `${POTS}/a`, { headers: MERGE, body: { spec: { size: 6 } } })
  const since = Number(made.metadata.resourceVersion) - 1
  const lines = await watchLines<Pot>(`${POTS}?watch=1&resourceVersion=${since}`, 2)
  assert.deepEqual(
    lines.map(({ type, object }) => [type, object.kind, object.spec['size'], object.spec['colour']]),
    [
      ['ADDED', 'Pot', 5, 'red'],
      ['MODIFIED', 'Pot', 6, 'red'],
    ],
  )
})

test('a list of custom objects is named after its kind', async () => {
  const { json } = await servesDefinitions(potDefinition())
  const list = await json(200, 'GET', '/apis/example.com/v1/pots')
  assert.deepEqual([list.kind, list.apiVersion], ['PotList', 'example.com/v1'])
})

test('a finalizer without a domain is warned of', async () => {
  const { send } = await servesDefinitions(potDefinition())
  const body = potBody('a', {}, { metadata: { name: 'a', finalizers: ['mine'] } })
  const { headers } = await send('POST', POTS, { body })
  assert.match(headers['warning'] ?? '', /metadata\.finalizers: \\"mine\\": prefer a domain-qualified finalizer name/)
})

test('an object that is older than a rule can still be changed elsewhere', async () => {
  const server = await servesDefinitions(potDefinition())
  const { json, fail } = server
  await json(201, 'POST', POTS, { body: potBody('a', { size: 5 }) })
  await changeDefinition(server, ({ spec }) => {
    const { properties } = spec.versions[0]?.schema?.openAPIV3Schema?.properties?.['spec'] ?? {}
    Object.assign(properties?.['size'] ?? {}, { minimum: 10 })
  })
  await json(200, 'PATCH', `${POTS}/a`, { headers: MERGE, body: { spec: { colour: 'blue' } } })
  assert.equal((await fail('PATCH', `${POTS}/a`, { headers: MERGE, body: { spec: { size: 6 } } })).code, 422)
})
