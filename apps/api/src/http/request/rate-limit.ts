import type { Context } from 'koa'
import { networkOf } from '../../lib/address.ts'
import { MemoryRateCounter, type RateCounter } from '../../lib/rate-counter.ts'
import { PollError } from '../../polls/errors.ts'
import { TooManyRequests } from '../middleware/problem.ts'

/** Enough for a full hall behind one router, and too few for a script that drops its cookies. */
const VOTES_FROM_ADDRESS = 12_000
/** More than anyone votes by hand. */
const VOTES_OF_VOTER = 60
const POLLS_FROM_ADDRESS = 30
/** Changes of a host's, and attempts with a wrong key. */
const HOST_REQUESTS_FROM_ADDRESS = 120
/** Each reads all ballots of a poll. */
const BALLOTS_FROM_ADDRESS = 30
/** Slips of a full hall's fingers, and too few to find a room by trying: one in a hundred codes is a room's at most. */
const WRONG_CODES_FROM_ADDRESS = 60

/** Each counts one request, and rejects with TooManyRequests if the limit is exceeded. To be called before the body is read. */
export interface RateLimits {
  /** A vote from the client's network. */
  voteFrom(ctx: Context): Promise<void>
  /** A vote of a known voter. */
  voteOf(voterId: string): Promise<void>
  /** A new poll. */
  pollFrom(ctx: Context): Promise<void>
  /** A change or a deletion that says it is the host's. */
  hostFrom(ctx: Context): Promise<void>
  /** An export of a poll's ballots. */
  ballotsFrom(ctx: Context): Promise<void>
  /** Work that takes a code: of those that come to nothing because it is wrong, so many are allowed, and then none at all. */
  withCode<T>(ctx: Context, work: () => Promise<T>): Promise<T>
}

/** What a wrong code is answered with: of a room, a one-time code, or the key for making polls. */
const WRONG_CODES = ['room-not-found', 'invalid-code', 'invalid-create-key']

/** The limits; undefined if there are none. */
export function rateLimits(on: boolean, counter: RateCounter = new MemoryRateCounter()): RateLimits | undefined {
  if (!on) return undefined
  const charge = async (key: string, perMinute: number) => {
    const wait = await counter.charge(key, perMinute)
    if (wait > 0) throw new TooManyRequests(Math.ceil(wait / 1000))
  }
  const blocked = new BlockedAddresses()
  return {
    voteFrom: (ctx) => charge(`votes from ${networkOf(ctx.ip)}`, VOTES_FROM_ADDRESS),
    voteOf: (voterId) => charge(`votes of ${voterId}`, VOTES_OF_VOTER),
    pollFrom: (ctx) => charge(`polls from ${networkOf(ctx.ip)}`, POLLS_FROM_ADDRESS),
    hostFrom: (ctx) => charge(`host requests from ${networkOf(ctx.ip)}`, HOST_REQUESTS_FROM_ADDRESS),
    ballotsFrom: (ctx) => charge(`ballots from ${networkOf(ctx.ip)}`, BALLOTS_FROM_ADDRESS),
    withCode: async (ctx, work) => {
      const network = networkOf(ctx.ip)
      blocked.check(network)
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof PollError) || !WRONG_CODES.includes(error.code)) throw error
        const wait = await counter.charge(`wrong codes from ${network}`, WRONG_CODES_FROM_ADDRESS)
        if (wait === 0) throw error
        blocked.add(network, wait)
        throw new TooManyRequests(Math.ceil(wait / 1000))
      }
    },
  }
}

/** Networks from which too many wrong codes came: without waiting for the counter, a right one is refused too. */
class BlockedAddresses {
  readonly #until = new Map<string, number>()

  add(network: string, milliseconds: number): void {
    const now = performance.now()
    for (const [known, end] of this.#until) if (end <= now) this.#until.delete(known)
    this.#until.set(network, now + milliseconds)
  }

  check(network: string): void {
    const wait = (this.#until.get(network) ?? 0) - performance.now()
    if (wait > 0) throw new TooManyRequests(Math.ceil(wait / 1000))
  }
}
