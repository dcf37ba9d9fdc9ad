import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cycle, importsOf, target, violation } from '../tools/layers.ts'
import { sourceFiles } from './files.ts'

const files = sourceFiles('src', 'testing')

test('every import stays within the layers', () => {
  assert.deepEqual(
    files
      .flatMap((file) => importsOf(file))
      .map((imported) => violation(imported))
      .filter(Boolean),
    [],
  )
})

test('no file imports itself through others', () => {
  const graph = new Map(
    files
      .filter((file) => !file.endsWith('.test.ts'))
      .map(
        (file) =>
          [
            file,
            importsOf(file)
              .filter(({ typeOnly }) => !typeOnly)
              .map(target)
              .filter((to) => to !== undefined),
          ] as const,
      ),
  )
  assert.equal(cycle(graph), undefined)
})

test('a component that imports another, a cycle, and IO outside its place are found', () => {
  assert.match(violation({ from: 'src/kubelet/a.ts', specifier: '../scheduler/b.ts' }) ?? '', /kubelet may not import/)
  assert.match(violation({ from: 'src/api/a.ts', specifier: 'node:fs' }) ?? '', /node:fs may only/)
  assert.equal(violation({ from: 'src/kubelet/a.ts', specifier: '../api/b.ts' }), undefined)
  assert.deepEqual(
    cycle(
      new Map([
        ['a', ['b']],
        ['b', ['a']],
      ]),
    ),
    ['a', 'b', 'a'],
  )
})
