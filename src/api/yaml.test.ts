import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseYaml, parseYamlDocuments, readYaml, YamlError } from './yaml.ts'

suite('reading', () => {
  test('scalars are those of YAML 1.1, without times and base 60', () => {
    const text =
      'a: yes\nb: 0644\nc: 22:22\nd: 2026-01-02T03:04:05Z\ne: "no"\nf: 1_000\ng: ~\nh: 0x1f\ni: 0o14\nj: !!binary aGk=\ny: 1\n'
    const wanted = {
      a: true,
      b: 420,
      c: '22:22',
      d: '2026-01-02T03:04:05Z',
      e: 'no',
      f: 1000,
      g: null,
      h: 31,
      i: 12,
      j: 'hi',
      true: 1,
    }
    assert.deepEqual(parseYaml(text), wanted)
  })

  test('what only looks like a number is text', () => {
    assert.deepEqual(parseYaml('[., e0, 1e, +, 1.5, .5, 1e3, 1., +1]'), ['.', 'e0', '1e', '+', 1.5, 0.5, 1000, 1, 1])
  })

  test('anchors, merges and block texts', () => {
    const text = 'base: &b {x: 1, z: 2}\nown:\n  <<: *b\n  z: 3\ntext: |\n  one\n  two\n'
    assert.deepEqual(parseYaml(text), { base: { x: 1, z: 2 }, own: { x: 1, z: 3 }, text: 'one\ntwo\n' })
  })

  test('JSON is YAML, and nothing is null', () => {
    assert.deepEqual(parseYaml('{"a": [1, "b"]}'), { a: [1, 'b'] })
    assert.equal(parseYaml(''), null)
    assert.equal(parseYaml('# nothing\n'), null)
  })

  test('documents that are empty do not count', () => {
    assert.deepEqual(parseYamlDocuments('---\na: 1\n---\n# none\n---\nb: 2\n'), [{ a: 1 }, { b: 2 }])
    assert.deepEqual(parseYamlDocuments(''), [])
  })

  test('a key that stands twice is told, and the last counts', () => {
    const { value, duplicates } = readYaml('a: 1\nb:\n  "c": 1\n  "c": 2\n')
    assert.deepEqual(value, { a: 1, b: { c: 2 } })
    assert.deepEqual(duplicates, ['line 4: key "c" already set in map'])
  })

  test('what is not YAML says where', () => {
    assert.throws(
      () => parseYaml('a: 1\nb: [1, 2\n'),
      (error) => error instanceof YamlError && /^yaml: line \d+: /.test(error.message),
    )
    assert.throws(() => parseYaml('a: *nowhere\n'), YamlError)
  })
})
