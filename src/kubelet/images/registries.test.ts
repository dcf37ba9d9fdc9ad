import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRegistries, RegistriesError } from './parse-registries.ts'
import { authFor, imageHost, renderHostsToml } from './registries.ts'

const FULL = `
mirrors:
  docker.io:
    endpoint:
      - https://mirror.example.com:5000
      - https://other.example.com/v2/docker.io
  "*":
    endpoint: ["127.0.0.1:5000/v2/any/"]
configs:
  mirror.example.com:5000:
    auth: { username: me, password: secret }
    tls: { ca_file: /etc/ca.pem, cert_file: /etc/cert.pem, key_file: /etc/key.pem }
  docker.io:
    auth: { identity_token: hub }
  quay.io:
    tls: { insecure_skip_verify: true }
`

test('a registries file is read', () => {
  const { mirrors, configs } = parseRegistries(FULL)
  assert.deepEqual(Object.fromEntries(mirrors), {
    'docker.io': {
      endpoints: ['https://mirror.example.com:5000/v2', 'https://other.example.com/v2/docker.io'],
      defaultEndpoint: true,
    },
    '*': { endpoints: ['http://127.0.0.1:5000/v2/any'], defaultEndpoint: true },
  })
  assert.deepEqual(Object.fromEntries(configs), {
    'mirror.example.com:5000': {
      auth: { username: 'me', password: 'secret' },
      tls: { caFile: '/etc/ca.pem', certFile: '/etc/cert.pem', keyFile: '/etc/key.pem' },
    },
    'docker.io': { auth: { identityToken: 'hub' } },
    'quay.io': { tls: { insecureSkipVerify: true } },
  })
})

test('an empty file means no mirrors', () => {
  for (const text of ['', '# nothing yet\n', 'mirrors:\nconfigs: {}\n', 'mirrors:\n  docker.io:\n']) {
    assert.deepEqual(authFor(parseRegistries(text), 'nginx'), undefined, text)
  }
})

test('what is wrong is named with its line', () => {
  const cases: [text: string, message: string][] = [
    ['mirrors: [', 'line 1: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['a: *b', 'Unresolved alias (the anchor must be set before the alias): b'],
    ['- mirrors', 'the file must be a mapping of names to values'],
    ['mirror: {}', 'line 1: mirror is unknown here; known are mirrors, configs'],
    ['mirrors:\n  docker.io: https://a', 'line 2: mirrors.docker.io must be a mapping of names to values'],
    [
      'mirrors:\n  docker.io:\n    rewrite: {}',
      'line 3: mirrors.docker.io.rewrite is unknown here; known are endpoint, disable_default_endpoint',
    ],
    [
      'mirrors:\n  https://docker.io: {}',
      'line 2: mirrors.https://docker.io write the host alone, such as registry.example.com:5000, or "*"',
    ],
    [
      'mirrors:\n  docker.io:\n    endpoint: ["https://a", "https://a/"]',
      'line 3: mirrors.docker.io.endpoint names https://a/v2 twice: remove one of them',
    ],
    [
      'mirrors:\n  docker.io:\n    disable_default_endpoint: true',
      'line 3: mirrors.docker.io.disable_default_endpoint leaves nothing to pull from: give at least one endpoint',
    ],
    ['configs:\n  a.io:\n    auth: { username: x }', 'line 3: configs.a.io.auth needs both username and password'],
    [
      'configs:\n  a.io:\n    auth: {}',
      'line 3: configs.a.io.auth give username and password, auth, or identity_token',
    ],
    [
      'configs:\n  a.io:\n    auth:\n      username: x\n      password: 123',
      'line 5: configs.a.io.auth.password must be a string: put it into quotes',
    ],
    ['configs:\n  a.io:\n    tls: { cert_file: /c }', 'line 3: configs.a.io.tls needs both cert_file and key_file'],
    ['configs:\n  a.io:\n    tls: { ca_file: ca.pem }', 'line 3: configs.a.io.tls.ca_file must be an absolute path'],
    [
      'configs:\n  a.io:\n    tls: { insecure_skip_verify: maybe }',
      'line 3: configs.a.io.tls.insecure_skip_verify must be true or false',
    ],
  ]
  for (const [text, message] of cases) {
    assert.throws(
      () => parseRegistries(text),
      (error) => error instanceof RegistriesError && error.message.split('\n')[0] === message,
      `${text}\n-> ${message}`,
    )
  }
})

test('an endpoint that is no URL is refused, without a word of the password in it', () => {
  for (const endpoint of ['https://a', '["ftp://a"]', '[https://]', '["https://me:secret@a"]', '[5]']) {
    assert.throws(() => parseRegistries(`mirrors:\n  docker.io:\n    endpoint: ${endpoint}`), {
      message:
        'line 3: mirrors.docker.io.endpoint must be a list of http or https URLs, such as ["https://mirror.example.com"]',
    })
  }
})

test('every host gets its hosts.toml', () => {
  assert.deepEqual(renderHostsToml(parseRegistries(FULL)), [
    {
      path: '_default/hosts.toml',
      text: `
[host."http://127.0.0.1:5000/v2/any"]
  capabilities = ["pull", "resolve"]
  override_path = true
`,
    },
    {
      path: 'docker.io/hosts.toml',
      text: `server = "https://registry-1.docker.io"

[host."https://mirror.example.com:5000/v2"]
  capabilities = ["pull", "resolve"]
  ca = "/etc/ca.pem"
  client = [["/etc/cert.pem", "/etc/key.pem"]]

[host."https://other.example.com/v2/docker.io"]
  capabilities = ["pull", "resolve"]
  override_path = true
`,
    },
    { path: 'mirror.example.com:5000/hosts.toml', text: MIRROR_ITSELF },
    {
      path: 'quay.io/hosts.toml',
      text: `server = "https://quay.io"
skip_verify = true

[host."http://127.0.0.1:5000/v2/any"]
  capabilities = ["pull", "resolve"]
  override_path = true
`,
    },
  ])
})

const MIRROR_ITSELF = `server = "https://mirror.example.com:5000"
ca = "/etc/ca.pem"
client = [["/etc/cert.pem", "/etc/key.pem"]]

[host."http://127.0.0.1:5000/v2/any"]
  capabilities = ["pull", "resolve"]
  override_path = true
`

test('without the default endpoint the last mirror is the last to be asked', () => {
  const text = 'mirrors: { docker.io: { endpoint: [http://a/x, http://b/y], disable_default_endpoint: true } }'
  assert.deepEqual(renderHostsToml(parseRegistries(text)), [
    {
      path: 'docker.io/hosts.toml',
      text: `server = "http://b/y"
capabilities = ["pull", "resolve"]
override_path = true

[host."http://a/x"]
  capabilities = ["pull", "resolve"]
  override_path = true
`,
    },
  ])
})

test('a host with settings but without a mirror has the table that containerd insists on', () => {
  assert.deepEqual(renderHostsToml(parseRegistries('configs: { a.io: { tls: { ca_file: /ca.pem } } }')), [
    { path: 'a.io/hosts.toml', text: 'server = "https://a.io"\nca = "/ca.pem"\n\n[host]\n' },
  ])
})

test('credentials go to the first server asked that has any', () => {
  const mirror = { username: 'me', password: 'secret', serverAddress: 'https://mirror.example.com:5000' }
  const hub = { identityToken: 'hub', serverAddress: 'https://registry-1.docker.io' }
  const withoutMirror = FULL.replace(/ {2}docker.io:\n {4}endpoint:\n.*\n.*\n/, '')
  const cases: [file: string, image: string, expected: object | undefined][] = [
    [FULL, 'nginx', mirror],
    [FULL, 'docker.io/library/nginx:1.14', mirror],
    [FULL, 'mirror.example.com:5000/team/app', mirror],
    [FULL, 'quay.io/team/app', undefined],
    [withoutMirror, 'team/app@sha256:0123', hub],
    ['configs: { "*": { auth: { auth: YTpi } } }', 'a.io/x', { auth: 'YTpi', serverAddress: 'https://a.io' }],
    ['configs: { "localhost:5000": { auth: { auth: YTpi } } }', 'localhost:5000/x', LOCAL],
  ]
  for (const [file, image, expected] of cases) assert.deepEqual(authFor(parseRegistries(file), image), expected, image)
})

const LOCAL = { auth: 'YTpi', serverAddress: 'http://localhost:5000' }

test('the host of an image', () => {
  const cases: [image: string, host: string][] = [
    ['nginx', 'docker.io'],
    ['nginx:1.14', 'docker.io'],
    ['team/app', 'docker.io'],
    ['index.docker.io/team/app', 'docker.io'],
    ['localhost/app', 'localhost'],
    ['localhost:5000/app:1', 'localhost:5000'],
    ['registry.k8s.io/pause:3.6', 'registry.k8s.io'],
    ['[::1]:5000/app', '[::1]:5000'],
  ]
  for (const [image, host] of cases) assert.equal(imageHost(image), host)
})
