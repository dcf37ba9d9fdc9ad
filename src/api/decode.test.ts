import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { builtinSchema } from './builtin-schema.ts'
import { decode, decodeValue, type FieldValidation } from './decode.ts'
import { isApiError } from './errors.ts'

const POD = { group: '', version: 'v1', kind: 'Pod', type: 'io.k8s.api.core.v1.Pod' }
const SECRET = { group: '', version: 'v1', kind: 'Secret', type: 'io.k8s.api.core.v1.Secret' }
const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment', type: 'io.k8s.api.apps.v1.Deployment' }
const LEASE = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', type: 'io.k8s.api.coordination.v1.Lease' }

const pod = (text: string, fieldValidation: FieldValidation = 'Strict') =>
  decode(POD, text, 'application/json', { table: builtinSchema, fieldValidation })

const podSpec = (spec: object) => pod(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', spec })).object.spec

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    assert.ok(isApiError(error, 'BadRequest'), String(error))
    return error.message
  }
  throw new assert.AssertionError({ message: 'it was not refused' })
}

const handled = (why: string) => `Pod in version "v1" cannot be handled as a Pod: ${why}`

suite('what is right', () => {
  test('comes back as the very same value', () => {
    const value = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', labels: { app: 'web' }, creationTimestamp: '2026-01-02T03:04:05Z' },
      spec: {
        containers: [
          {
            name: 'c',
            resources: { limits: { cpu: '500m', memory: '1Gi' } },
            ports: [{ containerPort: 80 }],
            livenessProbe: { httpGet: { port: 'http' } },
          },
        ],
        volumes: [{ name: 'v', emptyDir: {} }],
      },
    }
    const { object, warnings } = decodeValue(POD, value, { table: builtinSchema, fieldValidation: 'Strict' })
    assert.equal(object, value)
    assert.deepEqual(warnings, [])
  })

  test('a missing apiVersion and kind are those of the endpoint', () => {
    assert.deepEqual(pod('{"metadata":{"name":"a"}}').object, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
    })
  })

  test('nulls and empty optional lists and maps go, empty objects stay', () => {
    const spec = { nodeName: null, tolerations: [], nodeSelector: {}, containers: [], securityContext: {} }
    assert.deepEqual(podSpec(spec), { containers: [], securityContext: {} })
    assert.deepEqual(podSpec({ containers: [{ name: 'c', args: ['a', null] }] }), {
      containers: [{ name: 'c', args: ['a', ''] }],
    })
    const { object } = pod('{"metadata":{"labels":{"a":null},"creationTimestamp":null}}')
    assert.deepEqual(object.metadata, { labels: { a: '' } })
  })

  test('quantities become canonical, also when they are numbers', () => {
    const limits = { cpu: 0.5, memory: '1024Mi', 'ephemeral-storage': '1500M', a: 2, b: '1.5Gi', c: '2e3', d: '0.1m' }
    assert.deepEqual(podSpec({ containers: [{ name: 'c', resources: { limits } }] }), {
      containers: [
        {
          name: 'c',
          resources: {
            limits: {
              cpu: '500m',
              memory: '1Gi',
              'ephemeral-storage': '1500M',
              a: '2',
              b: '1536Mi',
              c: '2e3',
              d: '100u',
            },
          },
        },
      ],
    })
  })

  test('times become UTC', () => {
    const { object } = pod('{"metadata":{"creationTimestamp":"2026-03-01T00:30:00.25+01:00"}}')
    assert.deepEqual(object.metadata, { creationTimestamp: '2026-02-28T23:30:00Z' })
    const lease = { spec: { renewTime: '2026-01-01T00:00:00.123456789Z' } }
    const decoded = decodeValue(LEASE, lease, { table: builtinSchema, fieldValidation: 'Strict' })
    assert.deepEqual(decoded.object.spec, { renewTime: '2026-01-01T00:00:00.123456Z' })
  })

  test('YAML is read as JSON, as YAML 1.1 without times', () => {
    const text = 'apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: yes\n  nodeName: "on"\n  hostname: 2026-01-02\n'
    const { object } = decode(POD, text, 'application/yaml', { table: builtinSchema, fieldValidation: 'Strict' })
    assert.deepEqual(object.spec, { hostNetwork: true, nodeName: 'on', hostname: '2026-01-02' })
  })
})

suite('unknown and duplicate fields', () => {
  const text = '{"spec":{"foo":1,"containers":[{"name":"a","bar":{},"name":"b"}]}}'
  const objections = [
    'duplicate field "spec.containers[0].name"',
    'unknown field "spec.foo"',
    'unknown field "spec.containers[0].bar"',
  ]

  test('Strict refuses them', () => {
    assert.equal(
      refusal(() => pod(text)),
      handled(`strict decoding error: ${objections.join(', ')}`),
    )
  })

  test('Warn drops them and says so', () => {
    const { object, warnings } = pod(text, 'Warn')
    assert.deepEqual(object.spec, { containers: [{ name: 'b' }] })
    assert.deepEqual(warnings, objections)
  })

  test('Ignore drops them', () => {
    const { object, warnings } = pod(text, 'Ignore')
    assert.deepEqual(object.spec, { containers: [{ name: 'b' }] })
    assert.deepEqual(warnings, [])
  })

  test('names of object members are unknown too', () => {
    assert.equal(
      refusal(() => pod('{"constructor":{},"__proto__":{}}')),
      handled('strict decoding error: unknown field "constructor", unknown field "__proto__"'),
    )
  })

  test('in YAML, duplicates are told by line', () => {
    const yaml = 'metadata:\n  name: a\n  name: b\n'
    const read = (fieldValidation: FieldValidation) =>
      decode(POD, yaml, 'application/yaml', { table: builtinSchema, fieldValidation })
    assert.deepEqual(read('Warn').warnings, ['line 3: key "name" already set in map'])
    assert.equal(
      refusal(() => read('Strict')),
      handled('strict decoding error: yaml: unmarshal errors:\n  line 3: key "name" already set in map'),
    )
  })

  test('colons in strings are not keys', () => {
    assert.deepEqual(pod('{"metadata":{"annotations":{"a":"{\\"b\\": \\"c:d\\"}\\\\"}}}').warnings, [])
  })
})

suite('wrong types are told as Go tells them', () => {
  const cases: [spec: object, why: string][] = [
    [{ containers: 'x' }, 'string into Go struct field PodSpec.spec.containers of type []v1.Container'],
    [
      { containers: [{ env: [{ value: 5 }] }] },
      'number into Go struct field EnvVar.spec.containers.env.value of type string',
    ],
    [{ hostNetwork: 'true' }, 'string into Go struct field PodSpec.spec.hostNetwork of type bool'],
    [{ priority: 1.5 }, 'number 1.5 into Go struct field PodSpec.spec.priority of type int32'],
    [{ priority: 2 ** 31 }, 'number 2147483648 into Go struct field PodSpec.spec.priority of type int32'],
    [{ nodeSelector: { a: true } }, 'bool into Go struct field PodSpec.spec.nodeSelector of type string'],
    [{ nodeSelector: [] }, 'array into Go struct field PodSpec.spec.nodeSelector of type map[string]string'],
    [{ overhead: 'x' }, 'string into Go struct field PodSpec.spec.overhead of type v1.ResourceList'],
    [{ affinity: [] }, 'array into Go struct field PodSpec.spec.affinity of type v1.Affinity'],
    [
      { containers: [{ livenessProbe: { tcpSocket: { port: false } } }] },
      'bool into Go struct field TCPSocketAction.spec.containers.livenessProbe.tcpSocket.port of type int32',
    ],
  ]
  for (const [spec, why] of cases) {
    test(why, () =>
      assert.equal(
        refusal(() => podSpec(spec)),
        handled(`json: cannot unmarshal ${why}`),
      ),
    )
  }

  test('the first counts', () => {
    const spec = { nodeName: 1, hostname: 2 }
    assert.match(
      refusal(() => podSpec(spec)),
      /spec\.nodeName/,
    )
  })

  test('a type with its own reader counts before all others', () => {
    const spec = { nodeName: 1, containers: [{ resources: { limits: { cpu: '5 cores' } } }] }
    const why = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
    assert.equal(
      refusal(() => podSpec(spec)),
      handled(why),
    )
    const suffix = { overhead: { cpu: '5K' } }
    assert.equal(
      refusal(() => podSpec(suffix)),
      handled("unable to parse quantity's suffix"),
    )
  })

  test('base64 names the byte', () => {
    const secret = (value: string) =>
      decodeValue(SECRET, { data: { a: value } }, { table: builtinSchema, fieldValidation: 'Strict' })
    const why = (value: string) => refusal(() => secret(value)).replace(/.*input byte /, '')
    assert.equal(why('not base64!'), '3')
    assert.equal(why('abc'), '0')
    assert.equal(why('YWJjZA='), '7')
    assert.equal(why('YWJj=aaa'), '4')
    assert.deepEqual(secret('YWJj\nZA==\n').object.data, { a: 'YWJjZA==' })
  })

  test('times', () => {
    const why = (time: unknown) =>
      refusal(() => pod(JSON.stringify({ metadata: { creationTimestamp: time } }))).replace(handled(''), '')
    const layout = '"2006-01-02T15:04:05Z07:00"'
    assert.equal(why('x'), `parsing time "x" as ${layout}: cannot parse "x" as "2006"`)
    assert.equal(why('2026-01-02'), `parsing time "2026-01-02" as ${layout}: cannot parse "" as "T"`)
    assert.equal(why('2026-13-02T00:00:00Z'), 'parsing time "2026-13-02T00:00:00Z": month out of range')
    assert.equal(why('2026-02-30T00:00:00Z'), 'parsing time "2026-02-30T00:00:00Z": day out of range')
    assert.equal(why('2026-02-20T00:00:00Zx'), 'parsing time "2026-02-20T00:00:00Zx": extra text: "x"')
    const field = 'Go struct field ObjectMeta.metadata.creationTimestamp of type string'
    assert.equal(why(5), `json: cannot unmarshal number into ${field}`)
  })
})

suite('what is not of the kind at all', () => {
  const unrecognized = (text: string) =>
    refusal(() => pod(text)).replace('the object provided is unrecognized (must be of type Pod): ', '')
  const json = (why: string, summary: string) => `couldn't get version/kind; json parse error: ${why} (${summary})`

  test('text that is not JSON', () => {
    assert.equal(unrecognized(''), json('unexpected end of JSON input', '<empty>'))
    assert.equal(unrecognized('{"a":1'), json('unexpected end of JSON input', '{"a":1'))
    assert.equal(unrecognized('hello'), json("invalid character 'h' looking for beginning of value", '68656c6c6f'))
    assert.equal(unrecognized('{"a" 1}'), json("invalid character '1' after object key", '{"a" 1}'))
    assert.equal(unrecognized('{"a":1 "b"}'), json("invalid character '\"' after object key:value pair", '{"a":1 "b"}'))
    assert.equal(
      unrecognized('{"a":[1,],"bbbbbbbbbbbbbbbbbbbbbbbbbbbb":1}'),
      json("invalid character ']' looking for beginning of value", '{"a":[1,],"bbbbbbbbbbbbbbbbbbb ...'),
    )
    assert.equal(
      unrecognized('{a:1}'),
      json("invalid character 'a' looking for beginning of object key string", '{a:1}'),
    )
    assert.equal(unrecognized('{"a":tru}'), json("invalid character '}' in literal true (expecting 'e')", '{"a":tru}'))
    assert.equal(unrecognized('{} {}'), json("invalid character '{' after top-level value", '{} {}'))
  })

  test('a value that is not an object', () => {
    assert.match(unrecognized('[]'), /cannot unmarshal array into Go value of type struct \{ APIVersion string/)
    assert.match(unrecognized('{"kind":5}'), /cannot unmarshal number into Go struct field \.kind of type string/)
  })

  test('another kind', () => {
    assert.equal(
      refusal(() => pod('{"apiVersion":"v1","kind":"ConfigMap"}')),
      'ConfigMap in version "v1" cannot be handled as a Pod: converting (v1.ConfigMap) to (core.Pod): unknown conversion',
    )
    assert.equal(
      refusal(() => pod('{"apiVersion":"example.com/v1","kind":"Widget"}')),
      'Widget in version "v1" cannot be handled as a Pod: no kind "Widget" is registered for version "example.com/v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    )
  })

  test('another version', () => {
    const text = '{"apiVersion":"autoscaling/v2","kind":"Scale"}'
    const refused = refusal(() =>
      decode(DEPLOYMENT, text, 'application/json', { table: builtinSchema, fieldValidation: 'Strict' }),
    )
    assert.match(refused, /^Scale in version "v2" cannot be handled as a Deployment: no kind "Scale"/)
  })
})
