import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compile } from './compile.ts'
import {
  DECLARED_BOOL,
  DECLARED_STRING,
  type DeclaredType,
  declaredList,
  declaredMap,
  declaredObject,
  declareSchema,
  joinProviders,
  maxCardinality,
  sizeEstimator,
  typeProvider,
} from './declared-type.ts'
import { UNBOUNDED } from './cost.ts'
import { withVariables } from './environment.ts'
import { MUTATION_TYPES } from './mutation.ts'
import { estimateCost } from './estimate.ts'
import type { SchemaLike } from './schema.ts'
import { KUBERNETES, show } from './test-kubernetes.ts'
import { typedValue } from './typed-values.ts'
import { isError } from './values.ts'

const SCHEMA: SchemaLike = {
  type: 'object',
  required: ['i', 's'],
  properties: {
    i: {
      type: 'integer',
    },
    j: {
      type: 'integer',
    },
    n: {
      type: 'number',
    },
    m: {
      type: 'number',
    },
    s: {
      type: 'string',
      maxLength: 20,
    },
    t: {
      type: 'string',
    },
    b: {
      type: 'boolean',
    },
    e: {
      type: 'string',
      enum: ['a', 'bbb'],
    },
    d: {
      type: 'string',
      format: 'duration',
    },
    dt: {
      type: 'string',
      format: 'date-time',
    },
    da: {
      type: 'string',
      format: 'date',
    },
    by: {
      type: 'string',
      format: 'byte',
    },
    ios: {
      'x-kubernetes-int-or-string': true,
    },
    ios2: {
      'x-kubernetes-int-or-string': true,
      maxLength: 10,
    },
    l: {
      type: 'array',
      items: {
        type: 'string',
        maxLength: 5,
      },
      maxItems: 10,
    },
    ln: {
      type: 'array',
      items: {
        type: 'number',
      },
    },
    set: {
      type: 'array',
      'x-kubernetes-list-type': 'set',
      items: {
        type: 'string',
      },
    },
    set2: {
      type: 'array',
      'x-kubernetes-list-type': 'set',
      items: {
        type: 'string',
      },
    },
    ml: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: {
        type: 'object',
        properties: {
          k: {
            type: 'string',
          },
          v: {
            type: 'integer',
          },
        },
      },
    },
    ml2: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: {
        type: 'object',
        properties: {
          k: {
            type: 'string',
          },
          v: {
            type: 'integer',
          },
        },
      },
    },
    map: {
      type: 'object',
      additionalProperties: {
        type: 'string',
        maxLength: 7,
      },
      maxProperties: 5,
    },
    mapo: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        properties: {
          x: {
            type: 'number',
          },
        },
      },
    },
    o: {
      type: 'object',
      required: ['a-b'],
      properties: {
        'a-b': {
          type: 'integer',
        },
        namespace: {
          type: 'string',
        },
        'c.d': {
          type: 'string',
        },
        __x__: {
          type: 'string',
        },
        nul: {
          type: 'string',
          nullable: true,
        },
      },
    },
    unk: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
    },
    emb: {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
    },
    lo: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          q: {
            type: 'array',
            items: {
              type: 'string',
            },
          },
        },
      },
    },
  },
}

const SELF = {
  i: 5,
  j: -3,
  n: 2,
  m: 2.5,
  s: 'hello',
  t: 'x',
  b: true,
  e: 'a',
  d: '1h',
  dt: '2024-01-02T03:04:05+01:00',
  da: '2024-01-02',
  by: 'aGk=',
  ios: '5%',
  ios2: 7,
  l: ['a', 'bb'],
  ln: [1, 2.5],
  set: ['a', 'b'],
  set2: ['b', 'a'],
  ml: [
    {
      k: 'x',
      v: 1,
    },
    {
      k: 'y',
      v: 2,
    },
  ],
  ml2: [
    {
      k: 'y',
      v: 2,
    },
    {
      k: 'x',
      v: 1,
    },
  ],
  map: {
    a: '1',
    'b-c': '2',
  },
  mapo: {
    p: {
      x: 1,
    },
  },
  o: {
    'a-b': 3,
    namespace: 'ns',
    'c.d': 'cd',
    __x__: 'u',
    nul: null,
  },
  unk: {
    z: 1,
  },
  emb: {
    kind: 'K',
    apiVersion: 'v',
    metadata: {
      name: 'nm',
    },
    spec: {
      a: 1,
    },
  },
  lo: [
    {
      q: ['1', '2'],
    },
  ],
}

const SELF_TYPE = declareSchema(SCHEMA, 'selfType') as DeclaredType
const ENVIRONMENT = withVariables(KUBERNETES, { self: SELF_TYPE.type }, typeProvider(SELF_TYPE))

/** An expression, what it comes to, what that costs, and the least and most that it is estimated at. */
type Row = readonly [expression: string, outcome: string, cost: number, min: number, max: number]

const ROWS: readonly Row[] = [
  ['self.i + self.j', '2', 5, 5, 5],
  ['self.n / 2.0', 'double(1)', 3, 3, 3],
  ['self.n == self.m', 'false', 5, 4, 4],
  ['self.i == self.j', 'false', 5, 4, 4],
  ['self.s == self.t', 'false', 5, 5, 12],
  ['self.s.size() < 10', 'true', 4, 4, 4],
  ['self.t.contains(self.s)', 'false', 5, 4, 2516588],
  ["self.e == 'a'", 'true', 3, 3, 3],
  ["self.e.startsWith('b')", 'false', 3, 3, 3],
  ["self.d > duration('30m')", 'true', 3, 4, 4],
  ['self.dt.getHours()', '2', 3, 3, 3],
  ['string(self.dt)', '"2024-01-02T03:04:05+01:00"', 3, 3, 3],
  ["self.da < timestamp('2025-01-01T00:00:00Z')", 'true', 3, 4, 4],
  ['size(self.by)', '2', 3, 3, 3],
  ["self.by == b'hi'", 'true', 3, 3, 3],
  ['self.ios == self.ios2', 'false', 5, 5, 8],
  ['self.l.all(x, x.size() < 5)', 'true', 15, 3, 63],
  ['self.l.exists(x, x == self.t)', 'false', 19, 3, 93],
  ['self.l.map(x, x + self.s).size()', '2', 36, 14, 264],
  ['self.l[0] + self.l[1]', '"abb"', 7, 6, 10],
  ["self.l == ['a', 'bb']", 'true', 3, 13, 13],
  ["self.l + ['c']", '["a", "bb", "c"]', 3, 13, 13],
  ["self.l.join(',')", '"a,bb"', 3, 2, 23],
  ['self.l.max()', '"bb"', 2, 2, 32],
  ['self.l.isSorted()', 'true', 2, 2, 32],
  ['self.ln.sum()', 'double(3.5)', 4, 2, 1572865],
  ['self.ln.all(x, x > 0.5)', 'true', 13, 3, 7864318],
  ['self.ln[0]', 'double(1)', 3, 3, 3],
  ['self.set == self.set2', 'true', 5, 5, 104862],
  ["self.set == ['b', 'a']", 'true', 3, 13, 13],
  ["self.set + ['c', 'a']", '["a", "b", "c"]', 3, 13, 13],
  ['self.set + self.set2', '["a", "b"]', 5, 5, 5],
  ['self.ml.map(x, x.v)', '[1, 2]', 31, 13, 14680063],
  ["self.ml.exists(x, x.k == 'x' && x.v == 1)", 'true', 16, 3, 9437178],
  ['self.map.all(k, k.size() < 5)', 'true', 15, 3, 33],
  ["self.map['a'] == '1'", 'true', 4, 4, 4],
  ['self.map.a', '"1"', 3, 3, 3],
  ["'b-c' in self.map", 'true', 3, 3, 3],
  ["'zz' in self.map", 'false', 3, 3, 3],
  ['has(self.map.a)', 'true', 2, 2, 2],
  ['has(self.map.zz)', 'false', 2, 2, 2],
  ["self.map.exists(k, self.map[k] == '2')", 'true', 19, 3, 48],
  ['self.map.size()', '2', 3, 3, 3],
  ["self.map == {'a': '1', 'b-c': '2'}", 'true', 3, 33, 33],
  ['self.mapo.p.x', 'double(1)', 4, 4, 4],
  ["self.mapo['p'].x / 2.0", 'double(0.5)', 5, 5, 5],
  ['self.mapo.all(k, self.mapo[k].x > 0.0)', 'true', 11, 3, 3538938],
  ['self.o.a__dash__b', '3', 3, 3, 3],
  ['self.o.namespace', '"ns"', 3, 3, 3],
  ['self.o.__namespace__', '"ns"', 3, 3, 3],
  ['self.o.c__dot__d', '"cd"', 3, 3, 3],
  ['self.o.__underscores__x__underscores__', '"u"', 3, 3, 3],
  ['has(self.o.nul)', 'false', 2, 2, 2],
  ['self.o.nul', 'error: no such key: nul', 3, 3, 3],
  ['has(self.o.a__dash__b)', 'true', 2, 2, 2],
  ['self.o == self.o', 'true', 5, 4, 4],
  ['self.unk == self.unk', 'true', 5, 4, 4],
  ['self.emb.kind', '"K"', 3, 3, 3],
  ['self.emb.metadata.name', '"nm"', 4, 4, 4],
  ['has(self.emb.metadata.generateName)', 'false', 3, 3, 3],
  ['self.lo.all(x, x.q.all(y, y.size() > 0))', 'true', 21, 3, 6597063475203],
  ['self.lo.map(x, x.q)[0][1]', '"2"', 20, 15, 14680065],
  ['self.lo.exists(x, x.q.exists(y, y == self.s))', 'false', 26, 3, 16492650299403],
  ['has(self.b) && self.b', 'true', 3, 1, 3],
  ['self.?i.orValue(0)', '5', 2, 3, 3],
  ['self.?o.?nul.hasValue()', 'false', 3, 4, 4],
  ["self.l[?5].orValue('none')", '"none"', 2, 4, 4],
  ["self.map[?'a'].orValue('')", '"1"', 3, 4, 4],
  ["self.s.replace('l', 'LL')", '"heLLLLo"', 3, 2, 18],
  ["self.s.split('')", '["h", "e", "l", "l", "o"]', 3, 2, 18],
  ["self.t.find('x+')", '"x"', 3, 3, 314575],
  ["self.s.matches('^h.*o$')", 'true', 4, 4, 20],
  ['self.s.upperAscii().lowerAscii()', '"hello"', 4, 2, 18],
  ['self.s + self.t', '"hellox"', 5, 4, 314585],
  ["self.l.filter(x, x != 'a').map(x, x.size()).sum()", '2', 36, 24, 324],
  ['self.l.sort()', '["a", "bb"]', 21, 13, 223],
  ['self.l.reverse()', '["bb", "a"]', 15, 13, 23],
  ['self.l.distinct()', '["a", "bb"]', 21, 13, 213],
  ['self.l.sortBy(x, x.size())', '["a", "bb"]', 52, 36, 376],
  ['self.lo.map(x, x.q).flatten()', '["1", "2"]', 29, 24, 15728649],
  ['self.l.slice(0, 1)', '["a"]', 14, 14, 14],
  ["sets.contains(self.l, ['a'])", 'true', 5, 13, 23],
  ['self.l.transformMap(i, v, v)', '{0: "a", 1: "bb"}', 11, 33, 73],
  ['self.map.transformList(k, v, k + v)', '["a1", "b-c2"]', 33, 13, 98],
  ["self.l.all(i, v, i < 5 && v != '')", 'true', 15, 3, 63],
  [
    'quantity(self.s)',
    "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    3,
    2,
    10,
  ],
  [
    'ip(self.t).family() == 4',
    'error: IP Address "x" parse error during conversion from string: ParseAddr("x"): unable to parse IP',
    5,
    4,
    314577,
  ],
  ['self.i in [1, 2, 5]', 'true', 2, 15, 15],
  ['self.s in self.l', 'false', 6, 4, 14],
  ["self.s in ['hello', 'x']", 'true', 2, 14, 14],
  [
    'url(self.t)',
    'error: URL parse error during conversion from string: parse "x": invalid URI for request',
    3,
    2,
    314575,
  ],
  ["{'a': self.s}.a == self.s", 'true', 37, 36, 43],
  ["self.l.indexOf('bb')", '1', 2, 2, 32],
  ["self.s.indexOf('l')", '2', 2, 2, 10],
  ["'%s-%d'.format([self.s, self.i])", '"hello-5"', 15, 15, 15],
  ['self.b ? self.s : self.t', '"hello"', 3, 4, 4],
  ["self.l.map(x, x + 'y').all(z, z.endsWith('y'))", 'true', 42, 14, 224],
  ['dyn(self).o.a__dash__b', '3', 5, 2, 2],
  ['dyn(self.ln)[0] / 2.0', 'double(0.5)', 6, 5, 5],
]

test('values of a schema, what they cost, and what they are estimated to cost, are those of Kubernetes 1.36', () => {
  for (const row of ROWS) {
    const [expression] = row
    const { program, errors } = compile(expression, ENVIRONMENT)
    assert.ok(program, errors?.message ?? '')
    const { value, cost } = program.evaluate({ self: typedValue(SELF, SCHEMA) })
    const { min, max } = estimateCost(program.checked, ENVIRONMENT, sizeEstimator({ self: SELF_TYPE }))
    assert.deepEqual([expression, isError(value) ? `error: ${value.message}` : show(value), cost, min, max], row)
  }
})

test('what is not declared cannot be selected', () => {
  const refused = (expression: string) => compile(expression, ENVIRONMENT).errors?.issues.map(({ message }) => message)
  assert.deepEqual(refused('self.missing'), ["undefined field 'missing'"])
  assert.deepEqual(refused('self.unk.z'), ["undefined field 'z'"])
  assert.deepEqual(refused('self.emb.spec'), ["undefined field 'spec'"])
})

test('every resource has a kind and a name', () => {
  const schema: SchemaLike = { type: 'object', properties: { spec: { type: 'object' } } }
  const type = declareSchema(schema, 'selfType', { isResourceRoot: true }) as DeclaredType
  const environment = withVariables(KUBERNETES, { self: type.type }, typeProvider(type))
  const { program } = compile("self.kind + '/' + self.metadata.name", environment)
  const object = { kind: 'Crontab', apiVersion: 'v1', metadata: { name: 'a', labels: {} }, spec: {} }
  const self = typedValue(object, schema, { isResourceRoot: true })
  assert.equal(program?.evaluate({ self }).value, 'Crontab/a')
})

test('a schema within itself ends as dyn', () => {
  const schemas: Record<string, SchemaLike> = {
    tree: { type: 'object', properties: { leaf: { type: 'integer' }, left: { $ref: 'tree' } } },
  }
  const resolve = (schema: SchemaLike) => (schema.$ref ? (schemas[schema.$ref] as SchemaLike) : schema)
  const type = declareSchema({ $ref: 'tree' }, 'selfType', { resolve }) as DeclaredType
  const environment = withVariables(KUBERNETES, { self: type.type }, typeProvider(type))
  const { program } = compile('self.left.left.leaf + self.leaf', environment)
  const self = typedValue({ leaf: 1, left: { left: { leaf: 2 } } }, { $ref: 'tree' }, { resolve })
  assert.equal(program?.evaluate({ self }).value, 3)
})

test('types can be declared without a schema, and stand beside others', () => {
  const user = declaredObject('kubernetes.UserInfo', {
    username: DECLARED_STRING,
    groups: declaredList(DECLARED_STRING),
    extra: declaredMap(declaredList(DECLARED_STRING)),
  })
  const request = declaredObject('kubernetes.AdmissionRequest', { dryRun: DECLARED_BOOL, userInfo: user })
  const provider = joinProviders(typeProvider(request), MUTATION_TYPES)
  const environment = withVariables(KUBERNETES, { request: request.type }, provider)
  const expression =
    "request.userInfo.groups.exists(g, g == 'admins') ? Object{a: request.userInfo.username} : Object{}"
  const { program } = compile(expression, environment)
  const value = program?.evaluate({ request: { userInfo: { username: 'ada', groups: ['admins'] } } }).value ?? null
  assert.equal(show(value), '{"a": "ada"}')
  assert.deepEqual(compile('request.userInfo.name', environment).errors?.issues, [
    { message: "undefined field 'name'", offset: 16 },
  ])
  const estimated = compile("request.userInfo.groups.all(g, g != '')", environment).program
  assert.ok(estimated)
  const { max } = estimateCost(estimated.checked, environment, sizeEstimator({ request }))
  assert.equal(max, UNBOUNDED)
})

test('data can occur in a request as often as there is room for it', () => {
  assert.equal(maxCardinality(2), 1024 * 1024)
})
