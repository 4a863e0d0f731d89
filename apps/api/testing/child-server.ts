import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** Commands as `[program, argument, …]`. */
export type Command = readonly string[]

/** A server in a process group of its own. It does not outlive this process. */
export class ChildServer {
  /** All that it has said, on either output. */
  output = ''
  /** Its exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>
  readonly #child: ChildProcess
  #look = () => {}

  constructor([program = '', ...args]: Command, options: { cwd: string; env?: NodeJS.ProcessEnv }) {
    this.#child = spawn(program, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output?.setEncoding('utf8').on('data', (text) => {
        this.output += text
        this.#look()
      })
    }
    const leave = () => {
      if (this.running) this.signalGroup('SIGKILL')
    }
    process.once('exit', leave)
    // 'close' comes after 'exit', when all that it said has been read.
    this.exited = once(this.#child, 'close').then(([code, signal]) => {
      process.off('exit', leave)
      return code ?? signal
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** As a terminal's Ctrl+C and systemd do: to every process of the group, of which npm hands its own on as well. */
  signalGroup(signal: NodeJS.Signals): void {
    if (this.#child.pid) process.kill(-this.#child.pid, signal)
  }

  /** Resolves once its output matches. */
  until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      this.#look = () => {
        const match = pattern.exec(this.output)
        if (match) resolve(match)
      }
      this.exited.then((how) => reject(new Error(`ended (${how}) before ${pattern}, after: ${this.output}`)))
      this.#look()
    })
  }

  /** Kills what is left of it. */
  async end(): Promise<void> {
    if (this.running) this.signalGroup('SIGKILL')
    await this.exited
  }
}
