import type { Context } from 'koa'
import { networkOf } from '../../lib/address.ts'
import { PollError } from '../../polls/errors.ts'
import { TooManyRequests } from '../middleware/problem.ts'
import { InFlight } from '../server/in-flight.ts'

/** The share of a process's connections that streams may have in all: votes find some free. */
const SHARE = 0.9
/** The share that the streams of one address may have: of others, too. */
const SHARE_OF_ADDRESS = 0.5

const RETRY_SECONDS = 30

/** How many streams are open at a time, bounded by the connections that the limit on open files allows. */
export class StreamSlots {
  readonly #open: InFlight

  /** @param limitsAddresses false where addresses don't count */
  constructor(maxConnections: number, limitsAddresses: boolean) {
    const ofAddress = limitsAddresses ? Math.floor(maxConnections * SHARE_OF_ADDRESS) : Number.POSITIVE_INFINITY
    this.#open = new InFlight(Math.floor(maxConnections * SHARE), ofAddress)
  }

  /** Takes one. Returns what gives it back, once. Throws a PollError where there is none. */
  take(ctx: Context): () => void {
    const network = networkOf(ctx.ip)
    if (this.#open.isFullFor(network)) {
      throw new TooManyRequests(RETRY_SECONDS, 'Very many tabs are open in your network.')
    }
    if (!this.#open.enter(network)) {
      throw new PollError('server-busy', 'The server has as many tabs open as it can have. Try again later.')
    }
    let isTaken = true
    return () => {
      if (isTaken) this.#open.leave(network)
      isTaken = false
    }
  }
}
