import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { TooManyRequests } from './problem.ts'

/** Counts one more for the key. Rejects with TooManyRequests where that is one too many. */
export type RateLimit = (key: string) => Promise<void>

export interface RateLimits {
  /** Votes of one voter: nobody changes their mind more often by hand. */
  voterVotes: RateLimit
  /** Votes from one address: a full hall behind one router is let through, a script that sheds its cookies is not. */
  addressVotes: RateLimit
  /** Polls made from one address. */
  addressPolls: RateLimit
}

const perMinute = (points: number): RateLimit => {
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

const unlimited: RateLimit = async () => {}

/** The limits of one process, in memory. */
export function rateLimits(on: boolean): RateLimits {
  if (!on) return { voterVotes: unlimited, addressVotes: unlimited, addressPolls: unlimited }
  return { voterVotes: perMinute(60), addressVotes: perMinute(12_000), addressPolls: perMinute(30) }
}
