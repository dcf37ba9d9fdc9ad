import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpointIp, strictCidr, strictIp } from './strict-ip.ts'

const ADDRESSES: [address: string, problem?: string][] = [
  ['10.0.0.1'],
  ['::'],
  ['::1'],
  ['fd00::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1'],
  ['FD00::1', 'must be in canonical form ("fd00::1")'],
  ['fd00:0:0:1::'],
  ['1:0:0:2:0:0:0:3', 'must be in canonical form ("1:0:0:2::3")'],
  ['010.0.0.1', 'must not have leading 0s'],
  ['x', 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
]
for (const [address, problem] of ADDRESSES) {
  test(`the address ${address}`, () => assert.deepEqual(strictIp(address), problem ? [problem] : []))
}

test('subnets', () => {
  assert.deepEqual(strictCidr('10.96.0.0/12'), [])
  assert.deepEqual(strictCidr('FD00::/64'), ['must be in canonical form ("fd00::/64")'])
  assert.deepEqual(strictCidr('10.96.0.1/12'), ['must not have bits set beyond the prefix length'])
})

test('where traffic can not go', () => {
  assert.deepEqual(endpointIp('10.0.0.1'), [])
  assert.deepEqual(endpointIp('0.0.0.0'), ['may not be unspecified (0.0.0.0)'])
  assert.deepEqual(endpointIp('169.254.1.1'), ['may not be in the link-local range (169.254.0.0/16, fe80::/10)'])
})
