import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ParsedTarEntryWithData } from 'modern-tar'
import { unpackTar } from 'modern-tar'
import type { Root } from './root.ts'
import { addApplets, addPackage, directory, file, packRoot, symlink } from './root.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

const paths = async (root: Root) => (await unpackTar(await packRoot(root))).map(({ header }) => header.name)

test('a layer is sorted, has every parent, and does not depend on the order things were added in', async () => {
  const one: Root = new Map([
    ['usr/bin/a', file(bytes('a'), 0o755)],
    ['bin', directory(0o700)],
  ])
  const other: Root = new Map([...one].reverse())
  assert.deepEqual(await paths(one), ['bin/', 'usr/', 'usr/bin/', 'usr/bin/a'])
  assert.deepEqual(await packRoot(one), await packRoot(other))
})

test('a hard link follows the file it names', async () => {
  const link = { type: 'link', mode: 0o755, uid: 0, gid: 0, linkname: 'z' } as const
  assert.deepEqual(
    await paths(
      new Map([
        ['a', link],
        ['z', file(bytes('z'), 0o755)],
      ]),
    ),
    ['z', 'a'],
  )
})

test('what is in the layer has its mode, its owner and no time', async () => {
  const [entry] = await unpackTar(await packRoot(new Map([['tmp', directory(0o1777)]])))
  const { mode, uid, gid, mtime } = entry?.header ?? {}
  assert.deepEqual({ mode, uid, gid, mtime }, { mode: 0o1777, uid: 0, gid: 0, mtime: new Date(0) })
})

test('of a package the files are taken and the documentation is left', () => {
  const root: Root = new Map()
  const entry = (name: string, header: object = {}): ParsedTarEntryWithData => ({
    header: { name, size: 1, type: 'file', ...header },
    data: bytes('x'),
  })
  addPackage(root, [
    entry('./', { type: 'directory' }),
    entry('./usr/sbin/nginx', { mode: 0o755 }),
    entry('./usr/share/doc/nginx/copyright'),
    entry('./usr/share/nginx/modules', { type: 'symlink', linkname: '../../lib/nginx/modules' }),
  ])
  assert.deepEqual([...root.keys()], ['usr/sbin/nginx', 'usr/share/nginx/modules'])
  assert.equal(root.get('usr/sbin/nginx')?.mode, 0o755)
  assert.equal(root.get('usr/share/nginx/modules')?.linkname, '../../lib/nginx/modules')
})

test('a device in a package is refused', () => {
  const device = { header: { name: './dev/null', size: 0, type: 'character-device' }, data: undefined } as const
  assert.throws(() => addPackage(new Map(), [device]), /dev\/null: a character-device cannot be put into an image/)
})

test('an applet does not replace a file', () => {
  const wget = file(bytes('#!/bin/sh'), 0o755)
  const root: Root = new Map([['usr/bin/wget', wget]])
  addApplets(root, ['bin/ls', 'usr/bin/wget'])
  assert.equal(root.get('usr/bin/wget'), wget)
  assert.deepEqual(root.get('bin/ls'), symlink('/bin/busybox'))
})
