import type { Context } from 'koa'
import { networkOf } from '../../lib/address.ts'
import { RequestError, TooManyRequests } from '../middleware/problem.ts'

/** The share of a process's connections that streams may have in all: votes find some free. */
const SHARE = 0.9
/** The share that the streams of one address may have: of others, too. */
const SHARE_OF_ADDRESS = 0.5

const RETRY_SECONDS = 30

/** How many streams are open at a time, bounded by the connections that the limit on open files allows. */
export class StreamSlots {
  readonly #max: number
  readonly #maxOfAddress: number
  readonly #ofAddress = new Map<string, number>()
  #open = 0

  /** @param limitsAddresses false where addresses don't count */
  constructor(maxConnections: number, limitsAddresses: boolean) {
    this.#max = Math.floor(maxConnections * SHARE)
    this.#maxOfAddress = limitsAddresses ? Math.floor(maxConnections * SHARE_OF_ADDRESS) : Number.POSITIVE_INFINITY
  }

  /** Takes one. Returns what gives it back, once. Throws a PollError where there is none. */
  take(ctx: Context): () => void {
    const network = networkOf(ctx.ip)
    const ofAddress = this.#ofAddress.get(network) ?? 0
    if (ofAddress >= this.#maxOfAddress) {
      throw new TooManyRequests(RETRY_SECONDS, 'Very many tabs are open in your network.')
    }
    if (this.#open >= this.#max) {
      throw new RequestError('server-busy', 'The server has as many tabs open as it can have. Try again later.')
    }
    this.#open += 1
    this.#ofAddress.set(network, ofAddress + 1)
    let isTaken = true
    return () => {
      if (!isTaken) return
      isTaken = false
      this.#open -= 1
      const left = (this.#ofAddress.get(network) ?? 1) - 1
      if (left > 0) this.#ofAddress.set(network, left)
      else this.#ofAddress.delete(network)
    }
  }
}
