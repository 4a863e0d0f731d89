import { reasonOf } from '@pollcast/api/lib/reason-of'
import { Voter } from '@pollcast/api/testing/voter'
import { AttackConnection } from '../attack/support/attack-connection.ts'
import { get } from '../attack/support/requests.ts'
import type { Soak } from './soak.ts'

/** Before which a server that is fit has answered anything but a long poll. */
const ANSWER_MS = 60_000

/** Somebody with a browser at an address of their own. */
export class Visitor {
  readonly from: string
  /** The host key, of who has one. */
  key: string | undefined
  readonly #soak: Soak
  readonly #browser: Voter

  constructor(soak: Soak, from = soak.newAddress()) {
    this.#soak = soak
    this.from = from
    this.#browser = new Voter(soak.server.url)
  }

  /** Asks for something that is to be given. Undefined if it was not. */
  async ask(what: string, path: string, init: RequestInit = {}): Promise<string | undefined> {
    const { failures, done } = this.#soak
    const answer = await this.try(what, path, init)
    if (!answer) return undefined
    const { status, text } = answer
    if (status >= 400) {
      failures.note(`${what} was refused: ${status} ${/"code":"([^"]*)"/.exec(text)?.[1] ?? ''}`)
      return undefined
    }
    done.note(what)
    return text
  }

  /** Asks for something that may be refused. Undefined if there is no answer. */
  async try(what: string, path: string, init: RequestInit = {}) {
    await this.#soak.pace.turn()
    const headers = new Headers(init.headers)
    headers.set('X-Forwarded-For', this.from)
    if (this.key !== undefined) headers.set('Authorization', `Bearer ${this.key}`)
    try {
      const signal = AbortSignal.timeout(ANSWER_MS)
      const answer = await this.#browser.ask(path, { signal, ...init, headers })
      const text = await answer.text()
      this.#soak.isFault(what, answer.status)
      return { status: answer.status, text, headers: answer.headers }
    } catch (error) {
      // It was given up on purpose.
      if (!init.signal)
        this.#soak.failures.note(`${what} had no answer: ${reasonOf(((error as Error).cause ?? error) as Error)}`)
      return undefined
    }
  }

  /** Opens a stream. @param keep whether what comes is kept */
  async watch(path: string, keep = false): Promise<AttackConnection> {
    await this.#soak.pace.turn()
    this.#soak.done.note('streams')
    const headers = { 'X-Forwarded-For': this.from, Accept: 'text/event-stream' }
    const { server } = this.#soak
    const connection = new AttackConnection(server, { keep })
    return connection.send(
      get(server, path, this.key === undefined ? headers : { ...headers, Authorization: `Bearer ${this.key}` }),
    )
  }
}
