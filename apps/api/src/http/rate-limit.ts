import type { Context } from 'koa'
import { networkOf } from '../lib/address.ts'
import { MemoryRateCounter, type RateCounter } from '../lib/rate-counter.ts'
import { TooManyRequests } from './problem.ts'

/** A full hall behind one router is let through, a script that sheds its cookies is not. */
const VOTES_FROM_ADDRESS = 12_000
/** Nobody changes their mind more often by hand. */
const VOTES_OF_VOTER = 60
const POLLS_FROM_ADDRESS = 30

/** Each counts one more, and rejects with TooManyRequests where that is one too many. Ask before reading a body. */
export interface RateLimits {
  /** A vote, by whomever. */
  voteFrom(ctx: Context): Promise<void>
  /** A vote of a voter who is known. */
  voteOf(voterId: string): Promise<void>
  /** A new poll. */
  pollFrom(ctx: Context): Promise<void>
}

/** The limits; undefined where nothing is limited. */
export function rateLimits(on: boolean, counter: RateCounter = new MemoryRateCounter()): RateLimits | undefined {
  if (!on) return undefined
  const charge = async (key: string, perMinute: number) => {
    const wait = await counter.charge(key, perMinute)
    if (wait > 0) throw new TooManyRequests(Math.ceil(wait / 1000))
  }
  return {
    voteFrom: (ctx) => charge(`votes from ${networkOf(ctx.ip)}`, VOTES_FROM_ADDRESS),
    voteOf: (voterId) => charge(`votes of ${voterId}`, VOTES_OF_VOTER),
    pollFrom: (ctx) => charge(`polls from ${networkOf(ctx.ip)}`, POLLS_FROM_ADDRESS),
  }
}
