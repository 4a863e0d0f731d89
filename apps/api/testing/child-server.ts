import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { until } from './until.ts'

/** Commands as `[program, argument, …]`. */
export type Command = readonly string[]

/** A program in a process group of its own. It does not outlive this process. */
export class ChildServer {
  /** All that it has printed, to stdout and stderr. */
  output = ''
  stdout = ''
  stderr = ''
  /** Its exit code, or the signal that ended it, once no process of the group holds its output open. */
  readonly exited: Promise<number | NodeJS.Signals>
  readonly #child: ChildProcess
  #closed = false

  constructor([program = '', ...args]: Command, options: { cwd: string; env?: NodeJS.ProcessEnv }) {
    this.#child = spawn(program, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const name of ['stdout', 'stderr'] as const) {
      this.#child[name]?.setEncoding('utf8').on('data', (text) => {
        this.output += text
        this[name] += text
      })
    }
    const killGroup = () => this.signalGroup('SIGKILL')
    process.once('exit', killGroup)
    // 'close' comes after 'exit', when all of its output has been read.
    this.exited = once(this.#child, 'close').then(([code, signal]) => {
      this.#closed = true
      process.off('exit', killGroup)
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

  /** To every process of the group, as Ctrl+C in a terminal and systemd do. npm passes its own on as well. */
  signalGroup(signal: NodeJS.Signals): void {
    if (!this.#child.pid || this.#closed) return
    try {
      process.kill(-this.#child.pid, signal)
    } catch (error) {
      // The last of them may have exited just now.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }

  /** Resolves once its output matches. Rejects with the output if it exits before. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    return until(async () => {
      const closed = this.#closed
      const match = pattern.exec(this.output)
      if (match || !closed) return match
      throw new Error(`exited (${await this.exited}) before ${pattern}, after: ${this.output}`)
    })
  }

  /** Kills what is left of its process group. */
  async end(): Promise<void> {
    this.signalGroup('SIGKILL')
    await this.exited
  }
}
