import type { Context } from 'koa'
import type { RateLimits } from './rate-limit.ts'
import type { Asker, Voters } from './voter.ts'

/**
 * Makes a client that loads a page, or the data of one, a voter. Where very many have become voters from its network it
 * reads all the same, and becomes one later: cookies can't be collected to vote with.
 */
export async function identify(
  ctx: Context,
  asker: Asker,
  { voters, limits }: { voters: Voters; limits: RateLimits | undefined },
): Promise<void> {
  const isNew = asker.voterId === undefined
  if (isNew && limits && !(await limits.allowsNewVoter(ctx))) return
  voters.identify(ctx, asker)
}
