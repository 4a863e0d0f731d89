import { type Channel, listen, post } from './ipc.ts'
import { type Answers, type Call, decodeAnswers } from './writer-protocol.ts'

/** What can be called in another process: methods that resolve with plain JSON data. */
type Commands<Writer> = { [Name in keyof Writer]: (...args: never[]) => Promise<unknown> }

/**
 * The writer, for a worker of a pool: each method is run by the one process that writes (writer-server.ts), and settles
 * as it does there. PollErrors arrive with all their fields, as plain PollErrors; other errors with their stack.
 */
export function writerClient<Writer extends Commands<Writer>>(channel: Channel): Writer {
  const calls = new CallQueue(channel)
  return new Proxy({} as Writer, {
    get(_, command) {
      // `await` asks any object for a `then`. There is no such command.
      if (typeof command !== 'string' || command === 'then') return undefined
      return (...args: unknown[]) => calls.add({ command, args })
    },
  })
}

interface Pending {
  call: Call
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** Sends calls in batches, one batch at a time: a message costs both processes more than what is in it. */
class CallQueue {
  readonly #channel: Channel
  #waiting: Pending[] = []
  #sent: Pending[] = []

  constructor(channel: Channel) {
    this.#channel = channel
    listen<Answers>(channel, 'writer', (answers) => this.#settle(decodeAnswers(answers)))
  }

  add(call: Call): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const isFirst = this.#waiting.push({ call, resolve, reject }) === 1
      // Calls of the same turn go with it.
      if (isFirst) setImmediate(() => this.#send())
    })
  }

  #send(): void {
    if (this.#sent.length > 0 || this.#waiting.length === 0) return
    this.#sent = this.#waiting
    this.#waiting = []
    const calls = this.#sent.map(({ call }) => call)
    post(this.#channel, 'writer', calls).catch((reason) => {
      this.#settle(calls.map(() => ({ status: 'rejected', reason })))
    })
  }

  #settle(results: readonly PromiseSettledResult<unknown>[]): void {
    const settled = this.#sent
    this.#sent = []
    this.#send()
    for (const [index, { resolve, reject }] of settled.entries()) {
      const result = results[index]
      if (result?.status === 'fulfilled') resolve(result.value)
      else reject(result?.reason)
    }
  }
}
