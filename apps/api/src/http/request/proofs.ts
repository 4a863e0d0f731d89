import { createHmac, randomInt } from 'node:crypto'
import { type Challenge, type Proof, proofSchema } from '@pollcast/shared/proof-of-work'
import { createChallenge, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/sha'
import type { Context } from 'koa'
import type { TokenBuckets } from '../../lib/token-buckets.ts'

/**
 * The counter that is looked for is below this: half as many hashes on average. A phone takes less than a second for all of
 * them in plain JavaScript, which it has to where the page came over http (crypto.subtle is for https).
 */
const COUNTERS = 60_000

/**
 * Challenges that a network may ask for before the next ones take twice the work, and twice again. Each counts all of them, and
 * forgets as they come back. It ends there: asking costs nothing, and every phone behind the same router pays for it.
 */
const DOUBLED_BEYOND = [500, 1000].map((burst) => ({ burst, perMinute: burst / 10 }))

/** Long enough for a page that is open before its poll is on. A challenge is told as used until it has expired. */
const MINUTES = 30
const ONCE = { burst: 1, perMinute: 1 / MINUTES }

/** Longer than any proof is. */
const MAX_LENGTH = 2000

/** Challenges for new voters beyond the burst of their network: signed, valid for half an hour, and once. */
export class Proofs {
  readonly #secret: string
  readonly #buckets: TokenBuckets

  /** @param buckets shared by all processes: so is which challenges were used, and the work that the next one takes */
  constructor(serverKey: string, buckets: TokenBuckets) {
    this.#secret = createHmac('sha256', serverKey).update('proof of work').digest('hex')
    this.#buckets = buckets
  }

  /** A challenge for this network: the more it has asked for, the more work, up to four times. */
  async challenge(network: string): Promise<Challenge> {
    const waits = await Promise.all(
      DOUBLED_BEYOND.map((bucket) => this.#buckets.take(`challenges ${bucket.burst} ${network}`, bucket)),
    )
    const doubled = waits.filter((wait) => wait > 0).length
    return (await createChallenge({
      algorithm: 'SHA-256',
      cost: 1,
      counter: randomInt(COUNTERS * 2 ** doubled),
      deriveKey,
      expiresAt: new Date(Date.now() + MINUTES * 60_000),
      hmacSignatureSecret: this.#secret,
    })) as Challenge
  }

  /** Whether the request proves that it solved a challenge of ours that nobody has used before. Then it is used. */
  async take(ctx: Context): Promise<boolean> {
    const proof = proofOf(ctx.get('Pollcast-Proof'))
    if (!proof) return false
    const { verified } = await verifySolution({ ...proof, deriveKey, hmacSignatureSecret: this.#secret })
    if (!verified) return false
    return (await this.#buckets.take(`solved ${proof.challenge.parameters.nonce}`, ONCE)) === 0
  }
}

function proofOf(header: string): Proof | undefined {
  if (header === '' || header.length > MAX_LENGTH) return undefined
  try {
    return proofSchema.parse(JSON.parse(Buffer.from(header, 'base64').toString()))
  } catch {
    return undefined
  }
}
