import { spawn } from 'node:child_process'

export interface ExecResult {
  /** 128 plus the signal's number when a signal ended it, as a shell says it. */
  code: number
  stdout: string
  stderr: string
}

/** Runs a program of the host to its end, with `input` on its standard input. Rejects only when it cannot be started. */
export type Exec = (
  command: string,
  args: readonly string[],
  options?: { input?: string; signal?: AbortSignal },
) => Promise<ExecResult>

export const hostExec: Exec = (command, args, { input = '', signal } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'pipe', signal })
    const output = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (chunk: string) => {
        output[stream] += chunk
      })
    }
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 128, ...output }))
    // A program that ends without reading its input is judged by its exit code, not by the broken pipe.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })

/** Like `exec`, but a program that fails rejects with what it complained of. */
export async function execOrThrow(
  exec: Exec,
  command: string,
  args: readonly string[],
  options?: { input?: string },
): Promise<string> {
  const { code, stdout, stderr } = await exec(command, args, options)
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')}: ${stderr.trim() || `exit code ${code}`}`)
  return stdout
}
