import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePrintUris } from './packages.ts'

test("the files of apt-get's list", () => {
  const output = `'http://deb.example.org/pool/b/busybox-static_1.35_amd64.deb' busybox-static_1%3a1.35_amd64.deb 928188 SHA256:aa
'http://deb.example.org/pool/l/libc6_2.36_amd64.deb' libc6_2.36_amd64.deb 2759320 SHA256:bb

W: a warning
`
  assert.deepEqual(parsePrintUris(output), ['busybox-static_1%3a1.35_amd64.deb', 'libc6_2.36_amd64.deb'])
})
