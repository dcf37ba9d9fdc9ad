import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { layoutOf } from './layout.ts'
import { claimDataDir, firstServiceIp, readSettings, settingFlags, settle, writeSettings } from './settings.ts'

const none = Object.fromEntries(Object.keys(settingFlags).map((name) => [name, ''])) as Record<
  keyof typeof settingFlags,
  string
>

test('what is given wins over what the cluster had, and that over the usual', () => {
  const settings = settle({ ...none, 'api-port': '7443' }, { apiPort: 7000, nodeName: 'box', podCIDR: '10.50.0.0/16' })
  assert.equal(settings.apiPort, 7443)
  assert.equal(settings.nodeName, 'box')
  assert.equal(settings.podCIDR, '10.50.0.0/16')
  assert.equal(settings.serviceCIDR, '10.43.0.0/16')
  assert.equal(settings.bindAddress, '0.0.0.0')
})

test('ranges that overlap are refused', () => {
  assert.throws(
    () => settle({ ...none, 'pod-cidr': '10.43.128.0/20' }, {}),
    /--pod-cidr 10.43.128.0\/20 and --service-cidr 10.43.0.0\/16 overlap/,
  )
})

test('the kubernetes Service has the first address of the range', () => {
  assert.equal(firstServiceIp('10.43.0.0/16'), '10.43.0.1')
  assert.equal(firstServiceIp('192.168.255.240/28'), '192.168.255.241')
})

test('a directory with other things in it is refused, an own one is taken again', () => {
  const dir = mkdtempSync(join(tmpdir(), 'skiff-settings-'))
  try {
    const layout = layoutOf(dir)
    claimDataDir(layout)
    writeFileSync(join(dir, 'thesis.txt'), 'mine')
    assert.throws(() => claimDataDir(layout), /holds things that are not Skiff's \(thesis.txt\)/)
    writeSettings(layout, settle(none, { nodeName: 'box' }))
    claimDataDir(layout)
    assert.equal(readSettings(layout)?.nodeName, 'box')
    writeFileSync(layout.settings, '{"api')
    assert.throws(() => readSettings(layout), /is not readable as JSON/)
    assert.throws(() => claimDataDir(layoutOf(join(dir, 'thesis.txt'))), /it is not a directory/)
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('two data directories share no name on the host', () => {
  const [a, b] = [layoutOf('/var/lib/skiff'), layoutOf('/var/lib/other')]
  assert.notEqual(a.name, b.name)
  assert.ok(a.name.length <= 15, 'a network device’s name has at most 15 characters')
  assert.equal(layoutOf('/var/lib/skiff/').name, a.name)
})
