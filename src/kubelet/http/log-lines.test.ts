import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { logRenderer, tailOffset } from './log-lines.ts'
import { type LogOptions, parseLogOptions } from './log-options.ts'

const ALL: LogOptions = { follow: false, previous: false, timestamps: false, stream: 'All' }
const T = '2026-01-01T00:00:00.000000001Z'
const LATER = '2026-01-01T00:00:10.000000000Z'
const FILE = `${T} stdout F one\n${T} stderr F two\n${T} stdout P thr\n${LATER} stdout F ee\n${LATER} stdout F \n`
const render = (options: Partial<LogOptions>, text = FILE) =>
  logRenderer({ ...ALL, ...options })(Buffer.from(text)).toString()

test('records become lines; one that was split is joined again', () => {
  assert.equal(render({}), 'one\ntwo\nthree\n\n')
})

test('timestamps, streams and a beginning can be asked for', () => {
  assert.equal(render({ timestamps: true }), `${T} one\n${T} two\n${T} three\n${LATER} \n`)
  assert.equal(render({ stream: 'Stderr' }), 'two\n')
  assert.equal(render({ since: Date.parse('2026-01-01T00:00:05Z') }), 'ee\n\n')
})

test('where chunks are cut makes no difference', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(FILE.length)), (cuts) => {
      const points = [...new Set([0, ...cuts, FILE.length])].sort((a, b) => a - b)
      const take = logRenderer({ ...ALL, timestamps: true })
      const parts = points.slice(1).map((end, i) => take(Buffer.from(FILE.slice(points[i], end))).toString())
      assert.equal(parts.join(''), render({ timestamps: true }))
    }),
  )
})

test('the tail is the last lines, however long they are', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 70_000 }), { maxLength: 6 }),
      fc.nat(8),
      async (lengths, lines) => {
        const file = Buffer.from(lengths.map((length) => `${'x'.repeat(length)}\n`).join(''))
        const offset = await tailOffset(file.length, lines, async (at, length) => file.subarray(at, at + length))
        const wanted = lines === 0 ? [] : lengths.slice(-lines)
        assert.equal(
          file.length - offset,
          wanted.reduce((sum, length) => sum + length + 1, 0),
        )
      },
    ),
    { numRuns: 50 },
  )
})

test('options are read as the API names them, and refused in its words', () => {
  const options = parseLogOptions(new URLSearchParams('follow=true&tailLines=5&sinceSeconds=10&timestamps=1'), 60_000)
  assert.deepEqual(options, {
    follow: true,
    previous: false,
    timestamps: true,
    since: 50_000,
    tailLines: 5,
    stream: 'All',
  })
  assert.throws(
    () => parseLogOptions(new URLSearchParams('tailLines=-1'), 0),
    /tailLines: Invalid value: -1: must be greater than or equal to 0/,
  )
  assert.throws(
    () => parseLogOptions(new URLSearchParams('limitBytes=0'), 0),
    /limitBytes: Invalid value: 0: must be greater than 0/,
  )
})
