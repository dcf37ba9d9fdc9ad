import { styleText } from 'node:util'

/** One line of progress: what is being done, and how it went. */
export interface StepEvent {
  text: string
  state: 'doing' | 'done' | 'failed'
  /** Milliseconds that it took, once it is over. */
  ms?: number
}

/** Shows steps as they go: a line that turns on a terminal, a line each elsewhere. */
export interface Steps {
  show(event: StepEvent): void
}

const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const FRAME_MS = 100

/** `repeat` runs a function every so many milliseconds and returns what stops it. */
export function terminalSteps(out: NodeJS.WriteStream, repeat: (ms: number, run: () => void) => () => void): Steps {
  let stop: (() => void) | undefined
  return {
    show({ text, state, ms }) {
      stop?.()
      stop = undefined
      if (!out.isTTY) {
        if (state !== 'doing') out.write(`${mark(state)} ${text}${took(ms)}\n`)
        return
      }
      if (state !== 'doing') {
        out.write(
          `\r\x1b[2K${styleText(state === 'done' ? 'green' : 'red', mark(state))} ${text}${styleText('dim', took(ms))}\n`,
        )
        return
      }
      let frame = 0
      const draw = () => out.write(`\r\x1b[2K${styleText('cyan', FRAMES.charAt(frame++ % FRAMES.length))} ${text}`)
      draw()
      stop = repeat(FRAME_MS, draw)
    },
  }
}

const mark = (state: StepEvent['state']) => (state === 'done' ? '✓' : '✗')

function took(ms: number | undefined): string {
  return ms === undefined ? '' : ` (${ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`})`
}
