import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { printYaml } from './print-yaml.ts'
import { parseYaml } from './yaml.ts'

/** Texts of what YAML gives a meaning to. */
const odd = fc.string({ unit: fc.constantFrom(...'a \n:#-"\'10yé\t{,?\\|>&._e', '😀') })
const key = odd.filter((text) => text !== '<<')
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(odd, fc.lorem({ maxCount: 40 })),
    fc.oneof(fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value

suite('printing YAML', () => {
  test('what is printed is read back', () => {
    fc.assert(fc.property(anything, (value) => assert.deepEqual(parseYaml(printYaml({ value })), { value })))
  })

  test('keys are in natural order, lists are not indented', () => {
    const value = {
      kind: 'Pod',
      a10: 1,
      a2: 2,
      spec: { list: [{ b: 1, a: [[2], []] }], none: [], empty: {}, gone: undefined },
    }
    const wanted = `a2: 2
a10: 1
kind: Pod
spec:
  empty: {}
  list:
  - a:
    - - 2
    - []
    b: 1
  none: []
`
    assert.equal(printYaml(value), wanted)
  })

  const texts: [text: string, written: string][] = [
    ['plain text', 'plain text'],
    ['yes', '"yes"'],
    ['0644', '"0644"'],
    ['1_000', '"1_000"'],
    ['22:22', '"22:22"'],
    ['2026-01-02', '"2026-01-02"'],
    ['', '""'],
    ['a: b', "'a: b'"],
    ['a:b', 'a:b'],
    ['#c', "'#c'"],
    ['a #c', "'a #c'"],
    ["'x'", "'''x'''"],
    ['"x"', `'"x"'`],
    [' lead', "' lead'"],
    ['?x', '?x'],
    ['- a', "'- a'"],
    ['a\tb', '"a\\tb"'],
    ['a\u0001', '"a\\x01"'],
    ['é', 'é'],
    ['two\nlines\n', '|\n  two\n  lines'],
    ['two\nlines', '|-\n  two\n  lines'],
    ['more\n\n', '|+\n  more\n'],
    ['\nx', '|2-\n\n  x'],
    ['trail \nline', '"trail \\nline"'],
  ]
  for (const [text, written] of texts) {
    test(JSON.stringify(text), () => {
      assert.equal(printYaml({ key: text }), `key: ${written}\n`)
      assert.deepEqual(parseYaml(printYaml({ key: text })), { key: text })
    })
  }

  test('long texts break at the first space past the width', () => {
    const text = 'word '.repeat(30).trim()
    const [first = '', second] = printYaml({ key: text }).split('\n')
    assert.ok(first.length > 80 && first.length <= 85)
    assert.ok(second?.startsWith('  word'))
    assert.deepEqual(parseYaml(printYaml({ key: text, quoted: `${text}: x` })), { key: text, quoted: `${text}: x` })
  })
})
