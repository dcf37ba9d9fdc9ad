import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { Failure } from './failure.ts'
import { type Command, parseFlags, renderHelp } from './flags.ts'
import { upFlags } from './settings.ts'

const up = { name: 'up', summary: 'Starts a cluster.', flags: upFlags, run: async () => {} } as Command<typeof upFlags>
const parse = (...args: string[]) => parseFlags(up, args)

test('flags take their values in both forms, and keep the initial ones otherwise', () => {
  const values = parse('--detach', '--api-port', '7443', '--data-dir=/data')
  assert.equal(values.detach, true)
  assert.equal(values['api-port'], '7443')
  assert.equal(values['data-dir'], '/data')
  assert.equal(values['node-name'], '')
  assert.equal(parse('--detach=false').detach, false)
})

const WRONG: [args: string[], message: RegExp][] = [
  [['--api-prot', '1'], /^unknown flag --api-prot \(did you mean --api-port\?\); see skiff up --help$/],
  [['--nothing'], /^unknown flag --nothing; see skiff up --help$/],
  [['-d'], /^unknown flag -d/],
  [['now'], /^unexpected argument "now"/],
  [['--api-port'], /^flag --api-port needs a value: --api-port PORT$/],
  [['--api-port='], /needs a value/],
  [['--api-port', '0'], /^flag --api-port: "0" is not a port: give a number from 1 to 65535$/],
  [['--api-port', '70000'], /"70000" is not a port/],
  [['--bind-address', 'here'], /"here" is not an IP address/],
  [['--node-name', 'A_B'], /"A_B" is not a name for a node/],
  [['--pod-cidr', '10.42.0.0'], /is not an IPv4 range such as/],
  [['--pod-cidr', '10.42.0.0/30'], /must have a prefix from \/8 to \/24/],
  [['--service-cidr', '10.43.0.1/16'], /has address bits beyond its prefix/],
  [['--detach=maybe'], /is a switch and takes true or false, not "maybe"/],
]

for (const [args, message] of WRONG) {
  test(`up ${args.join(' ')} is refused in one line`, () => {
    assert.throws(
      () => parse(...args),
      (error) =>
        error instanceof Failure &&
        error.exitCode === 2 &&
        message.test(error.message) &&
        !error.message.includes('\n'),
    )
  })
}

test('paths become absolute', () => {
  assert.equal(parse('--registries', 'mirrors.yaml').registries, resolve('mirrors.yaml'))
})

test('help lists every flag', () => {
  const help = renderHelp(up)
  for (const name of Object.keys(upFlags)) assert.match(help, new RegExp(`--${name}\\b`))
})
