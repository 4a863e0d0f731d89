import type { Context } from 'koa'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { TooManyRequests } from './problem.ts'

/** Each counts one more, and rejects with TooManyRequests where that is one too many. */
export interface RateLimits {
  /** A vote, by a voter if they are known. */
  vote(ctx: Context, voterId: string | undefined): Promise<void>
  /** A new poll. */
  poll(ctx: Context): Promise<void>
}

type Limit = (key: string) => Promise<void>

const perMinute = (points: number): Limit => {
  const limiter = new RateLimiterMemory({ points, duration: 60 })
  return async (key) => {
    try {
      await limiter.consume(key)
    } catch (reason) {
      if (reason instanceof RateLimiterRes) throw new TooManyRequests(Math.ceil(reason.msBeforeNext / 1000))
      throw reason
    }
  }
}

/** The limits of one process, in memory; undefined where nothing is limited. */
export function rateLimits(on: boolean): RateLimits | undefined {
  if (!on) return undefined
  // Nobody changes their mind more often by hand.
  const votesOfVoter = perMinute(60)
  // A full hall behind one router is let through, a script that sheds its cookies is not.
  const votesFromAddress = perMinute(12_000)
  const pollsFromAddress = perMinute(30)
  return {
    async vote(ctx, voterId) {
      await votesFromAddress(ctx.ip)
      if (voterId) await votesOfVoter(voterId)
    },
    poll: (ctx) => pollsFromAddress(ctx.ip),
  }
}
