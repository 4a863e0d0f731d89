import type { Context } from 'koa'
import { isReadByAnyone } from '../middleware/open-reads.ts'
import type { RateLimits } from './rate-limit.ts'
import { type Asker, NOT_VOTED, newVoterId, OWES_PROOF, type VoterMark, type Voters } from './voter.ts'

interface IdentifyParts {
  voters: Voters
  limits: RateLimits | undefined
}

/** The voter that a client is, or is to become. */
interface Identified {
  voterId: string
  mark: VoterMark
}

/**
 * Who a client that loads a page, or the data of one, is: it has its cookie before it votes, and a vote that is sent twice, or
 * by two tabs at once, is one voter's. Its first vote is counted all the same: cookies can't be collected to vote with. Where
 * very many came from its network, it owes a proof of work before it votes.
 */
export async function identify(ctx: Context, asker: Asker, { limits }: IdentifyParts): Promise<Identified> {
  if (asker.voterId !== undefined) return { voterId: asker.voterId, mark: asker.mark }
  if (!limits) return { voterId: newVoterId(), mark: '' }
  return { voterId: newVoterId(), mark: (await limits.allowsNewReader(ctx)) ? NOT_VOTED : OWES_PROOF }
}

/** The same, and tells them by a cookie. A page of another site is nobody, however often it reads. */
export async function identifyByCookie(ctx: Context, asker: Asker, parts: IdentifyParts): Promise<void> {
  if (isReadByAnyone(ctx)) return
  const { voterId, mark } = await identify(ctx, asker, parts)
  parts.voters.remember(ctx, asker, voterId, mark)
}
