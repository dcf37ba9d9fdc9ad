import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creates, row, updates } from '../kind-tables.ts'
import { made } from '../problems.ts'
import { CronJob } from './cron-job.ts'
import { scheduleProblem } from './schedule.ts'

const template = (spec: object = {}) => ({
  spec: { template: { spec: { containers: [{ name: 'c', image: 'busybox' }], restartPolicy: 'OnFailure' } }, ...spec },
})
const cron = (more: object = {}) => ({ spec: { schedule: '*/5 * * * *', jobTemplate: template(), ...more } })

creates(CronJob, [
  [cron()],
  [cron({ timeZone: 'Europe/Berlin' })],
  [cron({ schedule: '' }), 'spec.schedule: Required value'],
  [
    cron({ schedule: 'TZ=UTC 0 0 * * *' }),
    'spec.schedule: Invalid value: "TZ=UTC 0 0 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
  ],
  [cron({ timeZone: 'Mars/Base' }), 'spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base'],
  [
    cron({ timeZone: 'local' }),
    'spec.timeZone: Invalid value: "local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
  ],
  [
    cron({ concurrencyPolicy: 'Wait', failedJobsHistoryLimit: -1 }),
    'spec.failedJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0',
    'spec.concurrencyPolicy: Unsupported value: "Wait": supported values: "Allow", "Forbid", "Replace"',
  ],
  [
    cron({ jobTemplate: template({ manualSelector: true, selector: {} }) }),
    'spec.jobTemplate.spec.selector: Invalid value: {}: `selector` will be auto-generated',
    'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
  ],
  [
    { metadata: { name: 'x'.repeat(53) }, ...cron() },
    `metadata.name: Invalid value: "${'x'.repeat(53)}": must be no more than 52 characters`,
  ],
  [
    { spec: {} },
    'spec.schedule: Required value',
    'spec.jobTemplate.spec.template.spec.containers: Required value',
    'spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ],
])

updates(CronJob, cron(), [
  ['suspend', ({ spec }) => void (spec.suspend = true)],
  [
    'a bad schedule',
    ({ spec }) => void (spec.schedule = '* * *'),
    'spec.schedule: Invalid value: "* * *": expected exactly 5 fields, found 3: [* * *]',
  ],
])

const SCHEDULES: [schedule: string, problem?: string][] = [
  ['0 0 1 jan mon-fri'],
  ['*/15,5-7 ? * * SUN'],
  ['@hourly'],
  ['@every 1h30m'],
  ['@often', 'unrecognized descriptor: @often'],
  ['@every day', 'failed to parse duration @every day: time: invalid duration "day"'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
  ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
  ['TZ=Nowhere 0 0 * * *', 'provided bad location Nowhere: unknown time zone Nowhere'],
]
for (const [schedule, problem] of SCHEDULES) {
  test(`the schedule ${schedule}`, () => assert.equal(scheduleProblem(schedule), problem))
}

test('a cron job in a table', () => {
  const shown = row(CronJob, cron(), { active: [{}], lastScheduleTime: '2026-01-01T00:04:30Z' })
  assert.deepEqual(shown, {
    Name: 'a',
    Schedule: '*/5 * * * *',
    Timezone: '<none>',
    Suspend: 'False',
    Active: 1,
    'Last Schedule': '30s',
    Age: '5m',
    Containers: 'c',
    Images: 'busybox',
    Selector: '<none>',
  })
  assert.equal(row(CronJob, cron())['Last Schedule'], '<none>')
})

test('what a cron job does not say', () => {
  const { concurrencyPolicy, successfulJobsHistoryLimit, failedJobsHistoryLimit } = made(CronJob, cron()).spec
  assert.deepEqual([concurrencyPolicy, successfulJobsHistoryLimit, failedJobsHistoryLimit], ['Allow', 3, 1])
})
