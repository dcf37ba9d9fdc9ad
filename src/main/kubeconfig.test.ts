import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import {
  isEmptyKubeconfig,
  mergeKubeconfig,
  renderKubeconfig,
  serverOf,
  unmergeKubeconfig,
  userKubeconfig,
} from './kubeconfig.ts'

const access = { server: 'https://127.0.0.1:6443', ca: 'CA', client: { cert: 'CERT', key: 'KEY' } }
const OTHER = `# mine
apiVersion: v1
kind: Config
clusters:
- name: work # do not touch
  cluster: {server: https://work.example}
users: []
contexts:
- {name: work, context: {cluster: work, user: me}}
current-context: work
`

test('a kubeconfig of its own names the cluster as the current context', () => {
  const config = parse(renderKubeconfig('skiff', access))
  assert.equal(config['current-context'], 'skiff')
  assert.equal(config.clusters[0].cluster.server, 'https://127.0.0.1:6443')
  assert.equal(config.users[0].user['client-key-data'], Buffer.from('KEY').toString('base64'))
})

test('merging keeps what was there, its comments included, and is the same when done twice', () => {
  const merged = mergeKubeconfig(OTHER, 'skiff', access)
  assert.match(merged, /# mine/)
  assert.match(merged, /# do not touch/)
  assert.equal(serverOf(merged, 'work'), 'https://work.example')
  assert.equal(serverOf(merged, 'skiff'), access.server)
  assert.equal(parse(merged)['current-context'], 'skiff')
  assert.equal(mergeKubeconfig(merged, 'skiff', access), merged)
})

test('what was merged can be taken out again', () => {
  const config = parse(unmergeKubeconfig(mergeKubeconfig(OTHER, 'skiff', access), 'skiff'))
  assert.deepEqual(config.contexts, [{ name: 'work', context: { cluster: 'work', user: 'me' } }])
  assert.equal(config['current-context'], '')
})

test('an empty file, and one whose lists are null, can be merged into', () => {
  assert.equal(serverOf(mergeKubeconfig('', 'skiff', access), 'skiff'), access.server)
  assert.equal(
    serverOf(mergeKubeconfig('clusters: null\ncontexts:\nusers: null\n', 'skiff', access), 'skiff'),
    access.server,
  )
})

test('a file that is no kubeconfig is refused', () => {
  assert.throws(() => mergeKubeconfig('- a\n- b\n', 'skiff', access), /it is not a kubeconfig/)
  assert.throws(() => mergeKubeconfig('a: [1\nb: 2', 'skiff', access))
})

test('the first file of KUBECONFIG is the one that is changed', () => {
  assert.equal(userKubeconfig({ KUBECONFIG: ':/a:/b' }), '/a')
  assert.match(userKubeconfig({}), /\.kube\/config$/)
})

test('a kubeconfig that the cluster was alone in is empty without it', () => {
  assert.ok(isEmptyKubeconfig(unmergeKubeconfig(mergeKubeconfig('', 'skiff', access), 'skiff')))
  assert.ok(!isEmptyKubeconfig(unmergeKubeconfig(mergeKubeconfig(OTHER, 'skiff', access), 'skiff')))
})
