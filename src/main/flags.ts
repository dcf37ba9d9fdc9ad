import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { usage } from './failure.ts'

/** A flag of a command: how its text becomes a value, and what `--help` says of it. */
export interface Flag<T> {
  /** How the value is written in help: `DIR`; absent for switches. */
  value?: string
  help: string
  /** Throws an Error whose message says what is wrong with the text. */
  parse(text: string): T
  initial: T
}

export type Flags = Readonly<Record<string, Flag<unknown>>>

/** The values that flags stand for, by name: `--api-port` is `flags['api-port']`. */
export type Values<F extends Flags> = { [K in keyof F]: F[K] extends Flag<infer T> ? T : never }

/** What a command takes, and what it does. */
export interface Command<F extends Flags = Flags> {
  name: string
  summary: string
  flags: F
  run(values: Values<F>): Promise<void>
}

export function text(value: string, help: string, initial = ''): Flag<string> {
  return { value, help, initial, parse: (given) => given }
}

/** A path, made absolute: it is remembered, and read by a process that works elsewhere. */
export function file(value: string, help: string): Flag<string> {
  return { value, help, initial: '', parse: (given) => resolve(given) }
}

export function toggle(help: string): Flag<boolean> {
  return { help, initial: false, parse: (given) => given !== 'false' }
}

/** Reads a command's arguments. Throws a Failure with one line for the first thing that is wrong. */
export function parseFlags<F extends Flags>(command: Command<F>, args: string[]): Values<F> {
  const values = Object.fromEntries(Object.entries(command.flags).map(([name, flag]) => [name, flag.initial]))
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, flag]) => [name, { type: flag.value ? 'string' : 'boolean' } as const]),
  )
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true })
  for (const token of tokens) {
    if (token.kind === 'positional')
      throw usage(`unexpected argument "${token.value}"; see skiff ${command.name} --help`)
    if (token.kind === 'option') values[token.name] = valueOf(command, token)
  }
  return values as Values<F>
}

function valueOf(
  command: Command,
  { name, rawName, value }: { name: string; rawName: string; value?: string },
): unknown {
  const flag = rawName.startsWith('--') ? command.flags[name] : undefined
  if (!flag)
    throw usage(`unknown flag ${rawName}${nearest(name, Object.keys(command.flags))}; see skiff ${command.name} --help`)
  if (flag.value && (value === undefined || value === ''))
    throw usage(`flag ${rawName} needs a value: ${rawName} ${flag.value}`)
  if (!flag.value && value !== undefined && value !== 'true' && value !== 'false') {
    throw usage(`flag ${rawName} is a switch and takes true or false, not "${value}"`)
  }
  try {
    return flag.parse(value ?? 'true')
  } catch (error) {
    throw usage(`flag ${rawName}: ${(error as Error).message}`)
  }
}

/** `; did you mean --x?` for the one name that is at most two edits away, else nothing. */
function nearest(given: string, names: readonly string[]): string {
  const [best] = names.map((name) => [distance(given, name), name] as const).sort(([a], [b]) => a - b)
  return best && best[0] <= 2 ? ` (did you mean --${best[1]}?)` : ''
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}

/** What `skiff COMMAND --help` prints. */
export function renderHelp(command: Command): string {
  const rows = Object.entries(command.flags).map(([name, flag]) => {
    const left = `  --${name}${flag.value ? ` ${flag.value}` : ''}`
    const initial =
      flag.value && flag.initial !== '' && flag.initial !== undefined ? ` (default ${String(flag.initial)})` : ''
    return [left, flag.help + initial] as const
  })
  const width = Math.max(0, ...rows.map(([left]) => left.length)) + 2
  const lines = rows.map(([left, right]) => left.padEnd(width) + right)
  return [
    `${command.summary}\n`,
    `Usage: skiff ${command.name}${rows.length ? ' [flags]' : ''}`,
    ...(rows.length ? ['', ...lines] : []),
  ].join('\n')
}
