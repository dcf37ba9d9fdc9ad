import assert from 'node:assert/strict'
import { test } from 'node:test'
import { images } from './index.ts'
import { renderRegistriesFile } from './publish.ts'

test('the registries file has a mirror for each host', () => {
  const hosts = ['registry.k8s.io/pause', 'docker.io/library/nginx', 'docker.io/library/busybox'].map((name) => ({
    name,
    tags: [],
    packages: [],
    files: {},
    config: {},
  }))
  assert.equal(
    renderRegistriesFile(hosts, 'http://127.0.0.1:5000'),
    `# The images of test/images, from the registry that tools/test-registry runs.
mirrors:
  docker.io:
    endpoint: ["http://127.0.0.1:5000/v2/docker.io"]
    disable_default_endpoint: true
  registry.k8s.io:
    endpoint: ["http://127.0.0.1:5000/v2/registry.k8s.io"]
    disable_default_endpoint: true
`,
  )
})

test('no two images have the same name and tag', () => {
  const references = images.flatMap(({ name, tags }) => tags.map((tag) => `${name}:${tag}`))
  assert.equal(new Set(references).size, references.length)
})
