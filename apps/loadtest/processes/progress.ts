const EVERY_MS = 2000

/** Shows progress on stderr: on one line that is rewritten, or outside a terminal on a new line now and then. */
export class Progress {
  readonly #live = process.stderr.isTTY === true
  #phase = ''
  #saidAt = 0

  say(phase: string, detail = ''): void {
    const time = performance.now()
    const text = `${phase} ${detail}`.trimEnd()
    if (this.#live) {
      process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`)
    } else if (phase !== this.#phase || time - this.#saidAt >= EVERY_MS) {
      process.stderr.write(`${text}\n`)
      this.#saidAt = time
    }
    this.#phase = phase
  }

  /** Clears the line. */
  end(): void {
    if (this.#live) process.stderr.write('\r\x1b[K')
  }
}
