import { fork } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from './failure.ts'
import type { Layout } from './layout.ts'
import { type Message, printer } from './progress.ts'

/** Starts the same command again in the background, shows its progress, and returns when its cluster is ready. */
export async function detach(layout: Layout): Promise<void> {
  mkdirSync(dirname(layout.log), { recursive: true })
  const log = openSync(layout.log, 'a')
  const program = process.argv[1] as string
  // It must not hold the caller's terminal once the caller is gone. It leaves the working directory itself, when it has
  // read the paths that were given.
  const child = fork(program, process.argv.slice(2), { detached: true, stdio: ['ignore', log, log, 'ipc'] })
  closeSync(log)
  const print = printer()
  await new Promise<void>((resolve, reject) => {
    let failure: Failure | undefined
    child.on('message', (message: Message) => {
      if ('failed' in message) failure = new Failure(message.failed, message.exitCode)
      else print(message)
      if ('ready' in message) resolve()
    })
    child.on('error', reject)
    child.on('exit', (code, signal) =>
      reject(
        failure ??
          new Failure(`the cluster ended before it was ready (${signal ?? `exit code ${code}`}); see ${layout.log}`),
      ),
    )
  })
  child.disconnect()
  child.unref()
}
