import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test("the README's cluster inside a test runs as it is written", async () => {
  const example = /<!-- tested: testing\/readme\.test\.ts -->\n```ts\n([^`]*`[^`]*`[^`]*)```/.exec(README)?.[1]
  assert.ok(example)
  const dir = mkdtempSync(join(tmpdir(), 'skiff-readme-example-'))
  try {
    const file = join(dir, 'example.ts')
    const here = new URL('index.ts', import.meta.url).href
    assert.match(example, /from 'skiff\/testing'/)
    writeFileSync(file, example.replace('skiff/testing', here))
    await import(pathToFileURL(file).href)
  } finally {
    rmSync(dir, { recursive: true })
  }
})
