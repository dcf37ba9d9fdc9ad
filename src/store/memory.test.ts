import assert from 'node:assert/strict'
import { test } from 'node:test'
import { driverConformance } from './conformance.ts'
import { memoryDriver } from './memory.ts'

driverConformance('memory', async () => memoryDriver())

test('memory: compaction leaves nothing of what is gone', async () => {
  const driver = memoryDriver()
  const bytes = async () => (await driver.size()).bytes
  await driver.commit([
    { key: 'kept', value: '1', expected: 0 },
    { key: 'gone', value: '1', expected: 0 },
    { key: 'kept', value: '22', expected: 2 },
    { key: 'gone', value: undefined, expected: 3 },
  ])
  assert.equal(await bytes(), 5 + 5 + 6)
  await driver.compact(4)
  assert.equal(await bytes(), 5 + 6)
  await driver.compact(5)
  assert.equal(await bytes(), 6)
  await driver.close()
})
