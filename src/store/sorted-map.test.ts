import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../std/random.ts'
import { compareKeys, listPrefix, objectKey, prefixEnd, resourcePrefix } from './keys.ts'
import { SortedMap } from './sorted-map.ts'

test('a sorted map walks its keys in byte order through growth and decay', () => {
  const random = seededRandom(3)
  const map = new SortedMap<number>()
  const model = new Map<string, number>()
  const check = () => {
    const sorted = [...model.keys()].sort()
    assert.equal(map.size, sorted.length)
    assert.deepEqual([...map.keys('')], sorted)
    const after = `k5${Math.floor(random.next() * 1000)}`
    assert.deepEqual(
      [...map.keys('k5', after)],
      sorted.filter((key) => key.startsWith('k5') && key > after),
    )
    for (const key of sorted) assert.equal(map.get(key), model.get(key))
  }
  for (const growth of [0.9, 0.5, 0.1, 0.7, 0]) {
    for (let i = 0; i < 6000; i++) {
      const key = `k${Math.floor(random.next() * 10_000)}`
      if (random.next() < growth) {
        map.set(key, i)
        model.set(key, i)
      } else {
        map.delete(key)
        model.delete(key)
      }
    }
    check()
  }
  for (const key of model.keys()) map.delete(key)
  assert.deepEqual([...map.keys('')], [])
})

test('keys name the resource, the namespace and the object', () => {
  const pods = { group: '', plural: 'pods' }
  assert.equal(objectKey(pods, 'ns', 'a'), 'core/pods/ns/a')
  assert.equal(objectKey({ group: 'apps', plural: 'deployments' }, 'ns', 'a'), 'apps/deployments/ns/a')
  assert.equal(objectKey({ group: '', plural: 'nodes' }, undefined, 'n'), 'core/nodes//n')
  assert.equal(listPrefix(pods), 'core/pods/')
  assert.equal(listPrefix(pods, 'ns'), 'core/pods/ns/')
  assert.equal(resourcePrefix('core/nodes//n'), 'core/nodes/')
})

test('keys are compared by their UTF-8 bytes', () => {
  const keys = ['', 'a', 'a/b', 'ab', '\u007f', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '😀a', '😁', '\u{10ffff}']
  for (const a of keys) {
    for (const b of keys) {
      assert.equal(Math.sign(compareKeys(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)), `${a} and ${b}`)
    }
  }
})

test('the end of a prefix is the first text beyond it', () => {
  assert.equal(prefixEnd('a/'), 'a0')
  assert.equal(prefixEnd('a\ud7ff'), 'a\ue000')
  assert.equal(prefixEnd('a\u{10ffff}'), 'b')
  assert.equal(prefixEnd('😀'), '😁')
  assert.equal(prefixEnd('\u{10ffff}'), undefined)
  assert.equal(prefixEnd(''), undefined)
})
