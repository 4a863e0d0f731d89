import type { Context } from 'koa'
import { networkOf } from '../../lib/address.ts'
import { type Bucket, MemoryTokenBuckets, type TokenBuckets } from '../../lib/token-buckets.ts'
import { PollError } from '../../polls/errors.ts'
import { TooManyRequests } from '../middleware/problem.ts'

/*
 * What is counted by address has room for a hall of a thousand phones behind one router. A voter who is known by their
 * cookie is counted by themselves, so that nobody behind the same router can use up what they need.
 */
const LIMITS = {
  /** Pages and data, of clients without a cookie. */
  readsFrom: { burst: 6000, perMinute: 3000 },
  readsOf: { burst: 600, perMinute: 300 },
  streamsFrom: { burst: 3000, perMinute: 1500 },
  streamsOf: { burst: 60, perMinute: 60 },
  /** More than anyone votes by hand. */
  votesOf: { burst: 60, perMinute: 60 },
  /** Cookies that make a client a voter, whether it gets one with a page or with its vote: three halls, and no more. */
  newVotersFrom: { burst: 3000, perMinute: 600 },
  pollsFrom: { burst: 30, perMinute: 30 },
  /** Changes of a host's, and attempts with a wrong key. */
  hostFrom: { burst: 120, perMinute: 120 },
  /** Each reads all ballots of a poll. */
  ballotsFrom: { burst: 30, perMinute: 30 },
  /** Each page of the sample, one in ten, sends one a minute. */
  freshnessFrom: { burst: 300, perMinute: 300 },
  /** Slips of a full hall's fingers, and too few to find a room by trying: one in a hundred codes is a room's at most. */
  wrongCodesFrom: { burst: 60, perMinute: 60 },
} as const satisfies Record<string, Bucket>

/** Each takes a token for one request, and rejects with TooManyRequests where there is none. To be called before the body is read. */
export interface RateLimits {
  /** A page, or the data of one. @param voterId of a known voter */
  readFrom(ctx: Context, voterId: string | undefined): Promise<void>
  /** A new stream. */
  streamFrom(ctx: Context, voterId: string | undefined): Promise<void>
  /** A vote of a known voter. */
  voteOf(voterId: string): Promise<void>
  /** A vote of a client that becomes a voter with it. */
  newVoterFrom(ctx: Context): Promise<void>
  /** Whether a client that reads may become a voter. */
  allowsNewVoter(ctx: Context): Promise<boolean>
  /** A new poll. */
  pollFrom(ctx: Context): Promise<void>
  /** A change or a deletion that says it is the host's. */
  hostFrom(ctx: Context): Promise<void>
  /** An export of a poll's ballots. */
  ballotsFrom(ctx: Context): Promise<void>
  /** A report of how fresh a page is. */
  freshnessFrom(ctx: Context): Promise<void>
  /** Work that takes a code: of those that come to nothing because it is wrong, so many are allowed, and then none at all. */
  withCode<T>(ctx: Context, work: () => Promise<T>): Promise<T>
}

/** What a wrong code is answered with: of a room, a one-time code, or the key for making polls. */
const WRONG_CODES = ['room-not-found', 'invalid-code', 'invalid-create-key']

/** Does work that takes a code, as `RateLimits.withCode` has it where there are limits. */
export const limitedByCode = <T>(limits: RateLimits | undefined, ctx: Context, work: () => Promise<T>): Promise<T> =>
  limits ? limits.withCode(ctx, work) : work()

/** The limits; undefined if there are none. */
export function rateLimits(on: boolean, buckets: TokenBuckets = new MemoryTokenBuckets()): RateLimits | undefined {
  if (!on) return undefined
  const waitFrom = (name: keyof typeof LIMITS, who: string) => buckets.take(`${name} ${who}`, LIMITS[name])
  const take = async (name: keyof typeof LIMITS, who: string, sentence?: string) => {
    const wait = await waitFrom(name, who)
    if (wait > 0) throw new TooManyRequests(Math.ceil(wait / 1000), sentence)
  }
  const from = (ctx: Context) => networkOf(ctx.ip)
  const blocked = new BlockedAddresses()
  return {
    readFrom: (ctx, voterId) => (voterId === undefined ? take('readsFrom', from(ctx)) : take('readsOf', voterId)),
    streamFrom: (ctx, voterId) => (voterId === undefined ? take('streamsFrom', from(ctx)) : take('streamsOf', voterId)),
    voteOf: (voterId) => take('votesOf', voterId),
    newVoterFrom: (ctx) =>
      take('newVotersFrom', from(ctx), 'Very many new voters came from your network. Your vote was not counted.'),
    allowsNewVoter: async (ctx) => (await waitFrom('newVotersFrom', from(ctx))) === 0,
    pollFrom: (ctx) => take('pollsFrom', from(ctx)),
    hostFrom: (ctx) => take('hostFrom', from(ctx)),
    ballotsFrom: (ctx) => take('ballotsFrom', from(ctx)),
    freshnessFrom: (ctx) => take('freshnessFrom', from(ctx)),
    withCode: async (ctx, work) => {
      const network = from(ctx)
      blocked.check(network)
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof PollError) || !WRONG_CODES.includes(error.code)) throw error
        const wait = await waitFrom('wrongCodesFrom', network)
        if (wait === 0) throw error
        // Until the bucket is full again: one code a second would be enough to go on trying.
        blocked.add(network, BLOCK_MS)
        throw new TooManyRequests(BLOCK_MS / 1000)
      }
    },
  }
}

/** For so long nothing is taken from who tried too many codes. */
const BLOCK_MS = 60_000

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
