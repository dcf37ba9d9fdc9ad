import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseSync } from 'oxc-parser'
import { importsOf, target } from '../tools/layers.ts'
import { sourceFiles } from './files.ts'

const FILE_LINES_MAX = 500
const FUNCTION_LINES_MAX = 70

/** What may not be written, where, and what to write instead. */
const BANNED: { pattern: RegExp; where: RegExp; instead: string }[] = [
  {
    pattern: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/,
    where: /^src\/(?!std\/)(?!.*(\.test|\/test-[a-z-]+)\.ts)/,
    instead: 'env.clock',
  },
  {
    pattern: /\bset(Timeout|Interval)\(/,
    where: /^src\/(?!std\/|os\/)(?!.*(\.test|\/test-[a-z-]+)\.ts)/,
    instead: 'env.clock.after',
  },
  { pattern: /\bMath\.random\(/, where: /^(src|testing)\//, instead: 'env.random' },
  { pattern: /\bexport default\b/, where: /./, instead: 'a named export' },
  { pattern: /catch *(\([a-z]*\) *)?\{ *\}/, where: /./, instead: 'a catch that says why it is silent' },
  { pattern: /\bas any[;,)\]]|: any\b|@ts-(ignore|expect-error|nocheck)/, where: /./, instead: 'a type' },
  { pattern: /\b(TODO|FIXME|XXX)\b/, where: /./, instead: 'an issue' },
  { pattern: /\b(test|it|describe)\.only\b/, where: /./, instead: 'the whole suite' },
]

const all = sourceFiles('src', 'testing', 'test', 'tools', 'bench')
const text = (file: string) => readFileSync(file, 'utf8')
/** Without the lines that are comments from the first character on. */
const code = (file: string) => text(file).replace(/^\s*(\/\/|\/?\*).*$/gm, '')

test(`no file is longer than ${FILE_LINES_MAX} lines`, () => {
  const long = all
    .map((file) => [file, text(file).split('\n').length - 1] as const)
    .filter(([, lines]) => lines > FILE_LINES_MAX)
  assert.deepEqual(long, [])
})

interface Node {
  type: string
  start: number
  end: number
  [key: string]: unknown
}

/** Calls `visit` on every node of a syntax tree. */
function walk(node: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(node)) for (const item of node) walk(item, visit)
  else if (node && typeof node === 'object') {
    if (typeof (node as Node).type === 'string') visit(node as Node)
    for (const value of Object.values(node)) if (value && typeof value === 'object') walk(value, visit)
  }
}

test(`no function is longer than ${FUNCTION_LINES_MAX} lines`, () => {
  const long: string[] = []
  for (const file of all.filter(
    (name) => /^(src|testing)\//.test(name) && !name.endsWith('.test.ts') && !name.endsWith('conformance.ts'),
  )) {
    const source = text(file)
    walk(parseSync(file, source).program, ({ type, start, end }) => {
      if (!/Function(Expression|Declaration)$/.test(type)) return
      const lines = source.slice(start, end).split('\n').length
      if (lines > FUNCTION_LINES_MAX) long.push(`${file}:${source.slice(0, start).split('\n').length} ${lines} lines`)
    })
  }
  assert.deepEqual(long, [])
})

test('nothing banned is written', () => {
  const found = all
    .filter((file) => file !== 'test/tidy.test.ts')
    .flatMap((file) =>
      BANNED.filter(({ pattern, where }) => where.test(file) && pattern.test(code(file))).map(
        ({ pattern, instead }) => `${file}: ${pattern.exec(code(file))?.[0]} (write ${instead} instead)`,
      ),
    )
  assert.deepEqual(found, [])
})

/** Files that a person or a tool starts, rather than another file. */
const ENTRIES =
  /^(tools|bench)\/[^/]+\.ts$|\.test\.ts$|^src\/main\/(skiff|agent|warm-up)\.ts$|-worker\.ts$|^testing\/index\.ts$/

test('every file is used by another one', () => {
  const used = new Set(all.flatMap((file) => importsOf(file)).map(target))
  assert.deepEqual(
    all.filter((file) => !used.has(file) && !ENTRIES.test(file)),
    [],
  )
})

test('files are named in kebab-case', () => {
  assert.deepEqual(
    all.filter((file) => !/^[a-z0-9-]+(\.test)?\.ts$/.test(file.split('/').at(-1) ?? '')),
    [],
  )
})
