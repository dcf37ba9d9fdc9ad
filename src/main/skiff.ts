import { down } from './down.ts'
import { Failure, messageOf, usage } from './failure.ts'
import { type Command, parseFlags, renderHelp } from './flags.ts'
import { reportFailure } from './progress.ts'
import { reset } from './reset.ts'
import { status } from './status.ts'
import { up } from './up.ts'
import { version } from './version.ts'

/** In the order in which help lists them: the order in which a person needs them. */
const COMMANDS = [up, status, down, reset, version] as readonly Command[]

function help(): string {
  const rows = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(9)}${summary}`)
  return [
    'Skiff: a complete Kubernetes on this machine.',
    '',
    'Usage: skiff COMMAND [flags]',
    '',
    ...rows,
    '',
    'skiff COMMAND --help lists its flags.',
  ].join('\n')
}

async function run([name, ...args]: string[]): Promise<void> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return console.log(help())
  const command = COMMANDS.find((each) => each.name === name)
  if (!command) throw usage(`unknown command "${name}"; see skiff --help`)
  if (args.includes('--help') || args.includes('-h')) return console.log(renderHelp(command))
  await command.run(parseFlags(command, args))
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  // What a person can mend is said in a line; anything else is a bug, and whoever looks for it needs the stack.
  console.error(
    `skiff: ${error instanceof Failure ? error.message : `internal error: ${(error as Error).stack ?? messageOf(error)}`}`,
  )
  await reportFailure(error)
  process.exitCode = error instanceof Failure ? error.exitCode : 70
  // Whatever a failed start has left open must not keep it alive.
  process.exit()
}
