import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as names from './names.ts'

const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
  "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const KEY =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. " +
  "'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

const CASES: [format: keyof typeof names, value: string | number, messages: string[]][] = [
  ['dns1123Label', 'web-1', []],
  ['dns1123Label', 'web.1', ['must not contain dots']],
  ['dns1123Label', 'Web', [LABEL]],
  ['dns1123Label', 'a'.repeat(64), ['must be no more than 63 characters']],
  ['dns1123Label', '-'.repeat(64), ['must be no more than 63 characters', LABEL]],
  ['dns1123Subdomain', 'a.b-c.d', []],
  ['dns1123Subdomain', 'a..b', [SUBDOMAIN]],
  ['dns1123Subdomain', '', [SUBDOMAIN]],
  ['dns1035Label', 'a1', []],
  ['wildcardDns1123Subdomain', '*.a.b', []],
  ['dns1123SubdomainWithUnderscore', '_tcp.a_b.c', []],
  ['fullyQualifiedName', 'a.b', ['should be a domain with at least three segments separated by dots']],
  ['fullyQualifiedDomainName', 'a.b.', []],
  ['fullyQualifiedDomainName', 'a', ['should be a domain with at least two segments separated by dots']],
  ['qualifiedName', 'app.kubernetes.io/name', []],
  ['qualifiedName', '', ['name part must be non-empty', `name part ${KEY}`]],
  ['qualifiedName', '/a', ['prefix part must be non-empty']],
  ['qualifiedName', 'B/a', [`prefix part ${SUBDOMAIN}`]],
  ['qualifiedName', 'a/', ['name part must be non-empty', `name part ${KEY}`]],
  [
    'qualifiedName',
    'a/b/c',
    [`a valid label key ${KEY} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`],
  ],
  ['validLabelValue', '', []],
  ['validLabelValue', 'a_b.C', []],
  ['domainPrefixedKey', 'a', ['must be a domain-prefixed key (such as "acme.io/foo")']],
  ['domainPrefixedPath', 'acme.io/foo/bar', []],
  ['domainPrefixedPath', '/foo', ['must be a domain-prefixed path (such as "acme.io/foo")']],
  ['validCIdentifier', 'a_1', []],
  ['envVarName', 'my.env-name/ok', []],
  [
    'envVarName',
    'a=b',
    ["a valid environment variable name must consist only of printable ASCII characters other than '='"],
  ],
  ['envVarName', '', ['environment variable name must be non-empty']],
  ['configMapKey', 'a.b_c-D', []],
  ['configMapKey', '..', ["must not be '..'"]],
  ['configMapKey', '..a', ["must not start with '..'"]],
  ['portName', 'http-1', []],
  ['portName', '123', ['must contain at least one letter (a-z)']],
  ['portName', '-a--b', ['must not contain consecutive hyphens', 'must not begin or end with a hyphen']],
  ['portName', 'abcdefghijklmnop', ['must be no more than 15 characters']],
  [
    'portName',
    'A',
    [
      'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      'must contain at least one letter (a-z)',
    ],
  ],
  ['portNumber', 0, ['must be between 1 and 65535, inclusive']],
  ['portNumber', 65535, []],
  ['userOrGroupId', -1, ['must be between 0 and 2147483647, inclusive']],
  ['validPercent', '25%', []],
  ['httpHeaderName', 'X-A', []],
]

for (const [format, value, messages] of CASES) {
  test(`${format} of ${JSON.stringify(value)}`, () => {
    assert.deepEqual((names[format] as (value: string | number) => string[])(value), messages)
  })
}

test('a prefix for generated names may end with a dash, a name may not', () => {
  assert.deepEqual(names.nameIsDns1123Label('web-', true), [])
  assert.deepEqual(names.nameIsDns1123Label('web-', false), [LABEL])
})

test('a name fits between two slashes of a URL', () => {
  assert.deepEqual(names.pathSegment('..', false), ["may not be '..'"])
  assert.deepEqual(names.pathSegment('..', true), [])
  assert.deepEqual(names.pathSegment('a/b%', false), ["may not contain '/'", "may not contain '%'"])
})
