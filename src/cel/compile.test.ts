import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compile } from './compile.ts'
import { KUBERNETES } from './test-kubernetes.ts'

/** Expressions that are refused, and why: line, column and words. */
const REFUSED: readonly (readonly [expression: string, ...messages: string[]])[] = [
  [
    '[1,[2,[3]]].flatten(2)',
    "1:4: expected type 'int' but found 'list(dyn)'",
    "1:7: expected type 'int' but found 'list(int)'",
  ],
  ["'x'.matches('[')", '1:13: invalid matches argument'],
  ['math.greatest([1, 2.5, 3u])', "1:19: expected type 'int' but found 'double'"],
  ["duration('100000000000s') + duration('9223372036s')", '1:10: invalid duration argument'],
  [
    "{'a': 1, 'b': [1, 2]} == {'b': [1, 2], 'a': 1}",
    "1:15: expected type 'int' but found 'list(int)'",
    "1:45: expected type 'list(int)' but found 'int'",
  ],
  ["{1: 'x'}[1u]", "1:9: found no matching overload for '_[_]' applied to '(map(int, string), uint)'"],
  ['1 == 1.0', "1:3: found no matching overload for '_==_' applied to '(int, double)'"],
  ['[null, 1]', "1:8: expected type 'null' but found 'int'"],
  ['x.y.z', "1:1: undeclared reference to 'x' (in container '')"],
  ['f(1)', "1:2: undeclared reference to 'f' (in container '')"],
  ["'a'.f()", "1:6: undeclared reference to 'f' (in container '')"],
  ['1.f()', "1:4: undeclared reference to 'f' (in container '')"],
  ['[1, 2].all(x, y)', "1:15: undeclared reference to 'y' (in container '')"],
  [
    '[1].map(x, x, x, x)',
    "1:8: undeclared reference to 'map' (in container '')",
    "1:9: undeclared reference to 'x' (in container '')",
    "1:12: undeclared reference to 'x' (in container '')",
    "1:15: undeclared reference to 'x' (in container '')",
    "1:18: undeclared reference to 'x' (in container '')",
  ],
  ['[1].map(1, x)', '1:9: argument is not an identifier'],
  ['has(x)', '1:5: invalid argument to has() macro'],
  ["{'a': 1}.all(k, k)", "1:17: expected type 'bool' but found 'string'"],
  ['[1, 2].all(x, x)', "1:15: expected type 'bool' but found 'int'"],
  ['1 ? 2 : 3', "1:3: found no matching overload for '_?_:_' applied to '(int, int, int)'"],
  ['1 && 2', "1:1: expected type 'bool' but found 'int'", "1:6: expected type 'bool' but found 'int'"],
  ["'a' == 1", "1:5: found no matching overload for '_==_' applied to '(string, int)'"],
  ["[1] == ['a']", "1:5: found no matching overload for '_==_' applied to '(list(int), list(string))'"],
  ["{'a': 1, 1: 2}", "1:10: expected type 'string' but found 'int'"],
  ["[1, 'a', 2.0]", "1:5: expected type 'int' but found 'string'"],
  ["duration('1') == duration('1s')", '1:10: invalid duration argument'],
  ["timestamp('x') == timestamp('y')", '1:11: invalid timestamp argument', '1:29: invalid timestamp argument'],
  ["'%d %s'.format([1])", '1:15: index 1 out of range'],
  [
    "'%d'.format(['a'])",
    '1:14: error during formatting: decimal clause can only be used on integers, was given string',
  ],
  ["'%d %d'.format([1, 2, 3])", '1:15: too many arguments supplied to string.format (expected 2, got 3)'],
  [
    "'%s'.format([[1, quantity('1')]])",
    '1:26: error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given kubernetes.Quantity',
  ],
  [
    '1 +',
    "1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
  ],
  ['(1', "1:3: Syntax error: missing ')' at '<EOF>'"],
  ['a b', "1:3: Syntax error: extraneous input 'b' expecting <EOF>"],
  [
    'f(,)',
    "1:3: Syntax error: extraneous input ',' expecting {'[', '{', '(', ')', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
  ],
  [
    '1 + + 2',
    "1:5: Syntax error: extraneous input '+' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
  ],
  ['{1: 2', "1:6: Syntax error: mismatched input '<EOF>' expecting {'}', ','}"],
  ['a.', "1:3: Syntax error: no viable alternative at input '.'"],
  [
    "'abc",
    "1:1: Syntax error: token recognition error at: ''abc'",
    "1:5: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
  ],
  [
    'a # b',
    "1:3: Syntax error: token recognition error at: '#'",
    "1:5: Syntax error: extraneous input 'b' expecting <EOF>",
  ],
  [
    `"\\q"`,
    `1:1: Syntax error: token recognition error at: '"\\q'`,
    `1:4: Syntax error: token recognition error at: '"'`,
    "1:5: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
  ],
  ['a.b{c 1}', "1:7: Syntax error: missing ':' at '1'"],
  ['has(a)', '1:5: invalid argument to has() macro'],
  ['[1].map(1, 2)', '1:9: argument is not an identifier'],
  ['for + 1', '1:1: reserved identifier: for'],
  ['9223372036854775808', '1:1: invalid int literal'],
  ['1u8', "1:3: Syntax error: extraneous input '8' expecting <EOF>"],
  [`b'\\u0041'`, '1:1: unable to unescape string'],
  [
    '// only a comment',
    "1:18: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
  ],
]

test('what is wrong with an expression is told in the words of upstream, with its place', () => {
  for (const [expression, ...messages] of REFUSED) {
    const lines = compile(expression, KUBERNETES).errors?.message.split('\n') ?? []
    const found = lines.filter((line) => line.startsWith('ERROR: ')).map((line) => line.slice('ERROR: <input>:'.length))
    assert.deepEqual([expression, ...found], [expression, ...messages])
  }
})

test('an error shows the line and the place in it, wide characters being as wide as two', () => {
  assert.equal(
    compile("a &&\n  b\n + 'ä' + c", KUBERNETES).errors?.message,
    [
      "ERROR: <input>:1:1: undeclared reference to 'a' (in container '')",
      ' | a &&',
      ' | ^',
      "ERROR: <input>:2:3: undeclared reference to 'b' (in container '')",
      ' |   b',
      ' | ..^',
      "ERROR: <input>:3:8: expected type 'bool' but found 'string'",
      " |  + 'ä' + c",
      ' | ....．..^',
      "ERROR: <input>:3:10: undeclared reference to 'c' (in container '')",
      " |  + 'ä' + c",
      ' | ....．....^',
    ].join('\n'),
  )
})
