import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ipFamily, isLinkLocalMulticast, isLinkLocalUnicast, isLoopback, parseIp, validCidr, validIp } from './ip.ts'

const BAD_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
const BAD_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

const IPS: [string, string[]][] = [
  ['10.0.0.1', []],
  ['::', []],
  ['2001:DB8::1', []],
  ['1:2:3:4:5:6:7:8', []],
  ['1:2:3:4:5:6:7::', []],
  ['::ffff:1.2.3.4', ['must not be an IPv4-mapped IPv6 address']],
  ['010.0.0.1', ['must not have leading 0s']],
  ['10.0.0.256', [BAD_IP]],
  ['10.0.0', [BAD_IP]],
  ['1:2:3:4:5:6:7:8:9', [BAD_IP]],
  ['1::2::3', [BAD_IP]],
  ['::12345', [BAD_IP]],
  ['1.2.3.4::', [BAD_IP]],
  ['', [BAD_IP]],
]

for (const [ip, messages] of IPS) test(`address ${ip}`, () => assert.deepEqual(validIp(ip), messages))

const CIDRS: [string, string[]][] = [
  ['10.0.0.0/8', []],
  ['0.0.0.0/0', []],
  ['2001:db8::/64', []],
  ['10.0.0.1/32', []],
  ['10.0.0.1/24', ['must not have bits set beyond the prefix length']],
  ['2001:db8::1/64', ['must not have bits set beyond the prefix length']],
  ['10.0.0.0/08', ['must not have leading 0s in IP or prefix length']],
  ['10.0.0.0/33', [BAD_CIDR]],
  ['10.0.0.0', [BAD_CIDR]],
  ['a/8', [BAD_CIDR]],
]

for (const [cidr, messages] of CIDRS) test(`subnet ${cidr}`, () => assert.deepEqual(validCidr(cidr), messages))

test('families', () => {
  assert.equal(ipFamily('10.0.0.1'), 'IPv4')
  assert.equal(ipFamily('fd00::1'), 'IPv6')
  assert.equal(ipFamily('::ffff:10.0.0.1'), 'IPv4')
  assert.equal(ipFamily('None'), undefined)
})

test('ranges that mean something', () => {
  const is = (check: (ip: readonly number[]) => boolean, ip: string) => check(parseIp(ip) ?? [])
  assert.ok(is(isLoopback, '127.8.0.1') && is(isLoopback, '::1') && !is(isLoopback, '::2'))
  assert.ok(
    is(isLinkLocalUnicast, '169.254.1.1') && is(isLinkLocalUnicast, 'fe80::1') && !is(isLinkLocalUnicast, 'fec0::1'),
  )
  assert.ok(
    is(isLinkLocalMulticast, '224.0.0.7') &&
      is(isLinkLocalMulticast, 'ff02::1') &&
      !is(isLinkLocalMulticast, '224.0.1.0'),
  )
})
