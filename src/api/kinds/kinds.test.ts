import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Kind, Subresource } from '../kind.ts'
import { KINDS } from './index.ts'

interface Resource {
  group: string
  version: string
  resource: string
  kind: string
  scope: string
  singular: string
  verbs: string[]
  shortNames?: string[]
  categories?: string[]
  subresources?: { name: string; group: string; version: string; kind: string; verbs: string[] }[]
}

const PUBLISHED: Resource[] = JSON.parse(
  readFileSync(new URL('../../../data/api-resources-1.36.json', import.meta.url), 'utf8'),
)

const sorted = (list: readonly string[] = []) => [...list].sort()
const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

function publishedOf(kind: Kind): Resource | undefined {
  return PUBLISHED.find((r) => r.group === kind.group && r.version === kind.version && r.resource === kind.plural)
}

/** A subresource's own group and version are told only when they are not the core's v1. */
function shape(kind: Kind, { name, speaks, verbs }: Subresource) {
  const spoken = speaks ?? { group: '', version: '', kind: kind.kind }
  const core = spoken.group === '' || spoken.group === kind.group
  return { name, ...spoken, ...(core && { group: '', version: '' }), verbs: sorted(verbs) }
}

/** Kinds that Kubernetes has given up. */
const DROPPED = ['settings.k8s.io']

for (const kind of KINDS.filter(({ group }) => !DROPPED.includes(group))) {
  test(`${kind.apiVersion} ${kind.kind} is as published`, () => {
    const published = publishedOf(kind)
    assert.ok(published, 'no such resource')
    assert.equal(kind.kind, published.kind)
    assert.equal(kind.scope, published.scope)
    assert.equal(kind.singular, published.singular)
    assert.deepEqual(sorted(kind.verbs), sorted(published.verbs))
    assert.deepEqual(sorted(kind.shortNames), sorted(published.shortNames))
    assert.deepEqual(sorted(kind.categories), sorted(published.categories))
    const status: Subresource[] = kind.status ? [{ name: 'status', verbs: ['get', 'patch', 'update'] }] : []
    assert.deepEqual(
      [...kind.subresources, ...status].map((subresource) => shape(kind, subresource)).sort(byName),
      (published.subresources ?? []).map((s) => ({ ...s, verbs: sorted(s.verbs) })).sort(byName),
    )
  })
}

test('all of core/v1 is served', () => {
  const core = PUBLISHED.filter(({ group, version }) => group === '' && version === 'v1').map(
    ({ resource }) => resource,
  )
  const served = KINDS.filter(({ group, version }) => group === '' && version === 'v1').map(({ plural }) => plural)
  assert.deepEqual(sorted(served), sorted(core))
})

test('no kind is listed twice', () => {
  const names = KINDS.map(({ apiVersion, plural }) => `${apiVersion}/${plural}`)
  assert.deepEqual(sorted(names), sorted([...new Set(names)]))
})
