import type { Challenge } from '@pollcast/shared/proof-of-work'
import type { Context } from 'koa'
import { networkOf } from '../../lib/address.ts'
import type { BurstNumbers } from '../../lib/burst-numbers.ts'
import type { Bucket, TokenBuckets } from '../../lib/token-buckets.ts'
import { PollError } from '../../polls/errors.ts'
import { ProofRequired, TooManyRequests } from '../middleware/problem.ts'
import type { Proofs } from './proofs.ts'
import { type Asker, knownVoter, NOT_VOTED, type Voters } from './voter.ts'

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
  /** First votes that take no proof of work: a class, or a full train. */
  newVotersFrom: { burst: 100, perMinute: 60 },
  /** The same, of who has a page without a challenge: those who have read for a minute may all vote without one. */
  newVotersWhoReadFrom: { burst: 160, perMinute: 60 },
  /** As many cookies with a page, or with such a vote; pages beyond come with a challenge, which is solved when the vote comes. */
  newReadersFrom: { burst: 100, perMinute: 60 },
  /** Those beyond, each of which has solved a challenge: three halls, and no more. */
  provenVotersFrom: { burst: 3000, perMinute: 600 },
  pollsFrom: { burst: 30, perMinute: 30 },
  /** Changes of a host's, and attempts with a wrong key. */
  hostFrom: { burst: 120, perMinute: 120 },
  /** Each reads all ballots of a poll. */
  ballotsFrom: { burst: 30, perMinute: 30 },
  /** Each page of the sample, one in ten, sends one a minute. */
  freshnessFrom: { burst: 300, perMinute: 300 },
  /** Slips of one person's fingers. */
  wrongCodesOf: { burst: 10, perMinute: 5 },
  /** Slips of a full hall's fingers, and too few to find a room by trying: one in a hundred codes is a room's at most. */
  wrongCodesFrom: { burst: 60, perMinute: 60 },
  /** Slips of all voters of a network who are known: cookies are had for the asking, and each has its own ten. */
  wrongCodesOfKnown: { burst: 600, perMinute: 600 },
} as const satisfies Record<string, Bucket>

/** What all that is not known comes through, and all that hosts do. */
const BY_NETWORK = [
  'readsFrom',
  'streamsFrom',
  'newVotersFrom',
  'provenVotersFrom',
  'pollsFrom',
  'hostFrom',
  'freshnessFrom',
] as const

/** Each takes a token for one request, and rejects with TooManyRequests where there is none. To be called before the body is read. */
export interface RateLimits {
  /** A page, or the data of one. @param voterId of a known voter */
  readFrom(ctx: Context, voterId: string | undefined): Promise<void>
  /** A new stream. */
  streamFrom(ctx: Context, voterId: string | undefined): Promise<void>
  /** A vote of a known voter. */
  voteOf(voterId: string): Promise<void>
  /**
   * The first vote of a client. Beyond the burst of its network it has to prove work: rejects with ProofRequired, which has
   * the challenge.
   *
   * @returns the number of the burst that it is beyond, if it is
   */
  newVoterFrom(ctx: Context, asker: Pick<Asker, 'voterId' | 'mark'>): Promise<number | undefined>
  /** Whether a client that reads needs no challenge with its page. */
  allowsNewReader(ctx: Context): Promise<boolean>
  /** What a client has to solve that may not. */
  challengeFor(ctx: Context): Promise<Challenge>
  /** A new poll. */
  pollFrom(ctx: Context): Promise<void>
  /** A change or a deletion that says it is the host's. */
  hostFrom(ctx: Context): Promise<void>
  /** An export of a poll's ballots. */
  ballotsFrom(ctx: Context): Promise<void>
  /** A report of how fresh a page is. */
  freshnessFrom(ctx: Context): Promise<void>
  /**
   * Refuses for so long what comes from a network, on all nodes; nothing more with 0. Voters who are known go on: they may
   * be anybody's neighbours behind one router.
   */
  block(network: string, milliseconds: number): Promise<void>
  /**
   * Work that takes a code: of those that come to nothing because it is wrong, so many are allowed, and then none at all. A
   * known voter has a limit of their own, so that a guesser behind the same router keeps nobody out; and all known voters
   * of a network have a further one, so that a guesser with many cookies is no better off.
   */
  withCode<T>(ctx: Context, voterId: string | undefined, work: () => Promise<T>): Promise<T>
}

/** What a wrong code is answered with: of a room, a one-time code, the key for making polls, or the admin's. */
const WRONG_CODES = ['room-not-found', 'invalid-code', 'invalid-create-key', 'invalid-admin-key']

export interface CodeParts {
  limits: RateLimits | undefined
  voters: Pick<Voters, 'find'>
}

/** Does work that takes a code, as `RateLimits.withCode` has it where there are limits. */
export const limitedByCode = <T>({ limits, voters }: CodeParts, ctx: Context, work: () => Promise<T>): Promise<T> =>
  limits ? limits.withCode(ctx, knownVoter(voters.find(ctx)), work) : work()

interface LimitParts {
  buckets: TokenBuckets
  proofs: Proofs
  bursts: BurstNumbers
}

export function rateLimits({ buckets, proofs, bursts }: LimitParts): RateLimits {
  const waitFrom = (name: keyof typeof LIMITS, who: string) => buckets.take(`${name} ${who}`, LIMITS[name])
  const take = async (name: keyof typeof LIMITS, who: string, sentence?: string) => {
    const wait = await waitFrom(name, who)
    if (wait > 0) throw new TooManyRequests(Math.ceil(wait / 1000), sentence)
  }
  const from = (ctx: Context) => networkOf(ctx.ip)
  const blocked = new Blocked()
  return {
    readFrom: (ctx, voterId) => (voterId === undefined ? take('readsFrom', from(ctx)) : take('readsOf', voterId)),
    streamFrom: (ctx, voterId) => (voterId === undefined ? take('streamsFrom', from(ctx)) : take('streamsOf', voterId)),
    voteOf: (voterId) => take('votesOf', voterId),
    newVoterFrom: async (ctx, { voterId, mark }) => {
      const network = from(ctx)
      // Who has solved a challenge leaves what is free to those whose page came without one.
      if (!(await proofs.take(ctx))) {
        const [wait] = await Promise.all([
          // One bucket, which is deeper for who has read.
          buckets.take(
            `newVotersFrom ${network}`,
            mark === NOT_VOTED ? LIMITS.newVotersWhoReadFrom : LIMITS.newVotersFrom,
          ),
          voterId === undefined && waitFrom('newReadersFrom', network),
        ])
        if (wait === 0) return undefined
        throw new ProofRequired(Math.ceil(wait / 1000), await proofs.challenge(network))
      }
      await take('provenVotersFrom', network, 'Very many new voters came from your network. Your vote was not counted.')
      return bursts.of(network)
    },
    // Nor may who is guessing codes become one voter after the other.
    allowsNewReader: async (ctx) =>
      !blocked.has(`wrongCodesFrom ${from(ctx)}`) && (await waitFrom('newReadersFrom', from(ctx))) === 0,
    challengeFor: (ctx) => proofs.challenge(from(ctx)),
    pollFrom: (ctx) => take('pollsFrom', from(ctx)),
    hostFrom: (ctx) => take('hostFrom', from(ctx)),
    ballotsFrom: (ctx) => take('ballotsFrom', from(ctx)),
    block: async (network, milliseconds) => {
      const ofNetwork = BY_NETWORK.map((name) => buckets.empty(`${name} ${network}`, LIMITS[name], milliseconds))
      await Promise.all(ofNetwork)
    },
    freshnessFrom: (ctx) => take('freshnessFrom', from(ctx)),
    withCode: async (ctx, voterId, work) => {
      const fromNetwork = ['wrongCodesFrom', from(ctx)] as const
      const own =
        voterId === undefined
          ? [fromNetwork]
          : ([
              ['wrongCodesOf', voterId],
              ['wrongCodesOfKnown', from(ctx)],
            ] as const)
      for (const [name, who] of own) blocked.check(`${name} ${who}`)
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof PollError) || !WRONG_CODES.includes(error.code)) throw error
        const counted = voterId === undefined ? own : [...own, fromNetwork]
        const waits = await Promise.all(counted.map(([name, who]) => waitFrom(name, who)))
        // Until the bucket is full again: one code a second would be enough to go on trying.
        for (const [index, [name, who]] of counted.entries()) {
          if (waits[index] !== 0) blocked.add(`${name} ${who}`, BLOCK_MS)
        }
        if (!own.some(([name, who]) => blocked.has(`${name} ${who}`))) throw error
        throw new TooManyRequests(BLOCK_MS / 1000)
      }
    },
  }
}

/** For so long nothing is taken from who tried too many codes. */
const BLOCK_MS = 60_000

/** Buckets of networks and voters that too many wrong codes have emptied: without waiting for the counter, a right one is refused too. */
class Blocked {
  readonly #until = new Map<string, number>()

  add(who: string, milliseconds: number): void {
    this.#until.set(who, performance.now() + milliseconds)
    setTimeout(() => this.#forget(who), milliseconds).unref()
  }

  /** An address is not kept longer than needed. */
  #forget(who: string): void {
    const wait = this.#wait(who)
    if (wait > 0) setTimeout(() => this.#forget(who), Math.ceil(wait)).unref()
    else this.#until.delete(who)
  }

  has = (who: string): boolean => this.#wait(who) > 0

  check(who: string): void {
    const wait = this.#wait(who)
    if (wait > 0) throw new TooManyRequests(Math.ceil(wait / 1000))
  }

  #wait = (who: string): number => (this.#until.get(who) ?? 0) - performance.now()
}
