import type { WriteStream } from 'node:tty'
import type { RoomEvent } from '@pollcast/shared/room'
import { followRoom } from './follow-room.ts'
import { terminalChart } from './terminal-chart.ts'

/** Columns where there is no terminal. */
const PIPED_COLUMNS = 72

/**
 * What full-screen programs of a terminal use (ECMA-48, and xterm for the alternate screen): nothing scrolls, and what was there
 * comes back. A line that is too long is cut where the screen ends: wrapped, it would push the others off.
 */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l'
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l'
const HOME = '\x1b[H'
const CLEAR_LINE = '\x1b[K'
const CLEAR_BELOW = '\x1b[J'

/**
 * `watch CODE`: the chart of what is on in a room, live, until the room is deleted or the program is ended. On a terminal it is
 * drawn in place; elsewhere each change is written below the one before.
 */
export async function watch(code: string, url: string, out: NodeJS.WriteStream): Promise<string> {
  const screen = out.isTTY ? new Screen(out) : undefined
  const draw = (lines: string[]) => {
    if (screen) screen.draw(lines)
    else out.write(`${lines.join('\n')}\n\n`)
  }
  let room: RoomEvent | undefined
  let isLost = false
  const show = () => {
    if (!room) return
    const lost = isLost ? ['', 'The connection is lost. Connecting again …'] : []
    draw([...terminalChart(room, screen ? out.columns : PIPED_COLUMNS), ...lost])
  }
  out.on('resize', show)
  try {
    await followRoom(url, code, {
      onRoom: (next) => {
        room = next
        isLost = false
        show()
      },
      onLost: () => {
        if (isLost) return
        isLost = true
        show()
      },
    })
  } finally {
    out.off('resize', show)
    screen?.leave()
  }
  const last = room && screen ? `${terminalChart(room, out.columns).join('\n')}\n\n` : ''
  return `${last}The room has been deleted.`
}

/** By these a program ends without another word. The codes are a shell's: 128 and the signal's number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const

const onSignal = (signal: keyof typeof SIGNALS): void => process.exit(SIGNALS[signal])

/** A terminal's second screen, from the first drawing until it is left or the process ends. */
class Screen {
  readonly #out: WriteStream
  #isOpen = false
  readonly #leave = () => this.leave()

  constructor(out: WriteStream) {
    this.#out = out
  }

  /** Lines that don't fit are left out. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) {
      this.#isOpen = true
      this.#out.write(ENTER)
      process.on('exit', this.#leave)
      for (const signal of Object.keys(SIGNALS)) process.on(signal, onSignal)
    }
    const shown = lines.slice(0, this.#out.rows - 1).map((line) => line + CLEAR_LINE)
    this.#out.write(HOME + shown.join('\n') + CLEAR_BELOW)
  }

  leave(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    process.off('exit', this.#leave)
    for (const signal of Object.keys(SIGNALS)) process.off(signal, onSignal)
    this.#out.write(LEAVE)
  }
}
