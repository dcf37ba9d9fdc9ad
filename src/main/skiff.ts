import { Failure, messageOf, usage } from './failure.ts'
import { type Command, parseFlags, renderHelp } from './flags.ts'
import { reportFailure } from './progress.ts'

/** In the order in which a person needs them, which is that of help. Only the one that is run is loaded: loading takes time. */
const COMMANDS: Readonly<Record<string, () => Promise<unknown>>> = {
  up: async () => (await import('./up.ts')).up,
  status: async () => (await import('./status.ts')).status,
  down: async () => (await import('./down.ts')).down,
  reset: async () => (await import('./reset.ts')).reset,
  version: async () => (await import('./version.ts')).version,
}

async function help(): Promise<string> {
  const commands = (await Promise.all(Object.values(COMMANDS).map((load) => load()))) as Command[]
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(9)}${summary}`)
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
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return console.log(await help())
  const load = Object.hasOwn(COMMANDS, name) && COMMANDS[name]
  if (!load) throw usage(`unknown command "${name}"; see skiff --help`)
  const command = (await load()) as Command
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
