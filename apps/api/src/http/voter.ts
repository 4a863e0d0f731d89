import { createHmac, createSecretKey, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'
import { RequestError } from './problem.ts'
import { type Candidate, type CookieName, cookieNameOf, readVoterCookies } from './voter-cookie.ts'

const YEAR_SECONDS = 365 * 24 * 60 * 60

/**
 * A client without a cookie is a new voter. Ids grow with time, so that a storm of new ballots is written to one end of
 * the ballots' tree and not all over it; what is random in them need only be unique, for the cookie is signed.
 */
export const newVoterId = () => Date.now().toString(36) + randomUUID().slice(-12)

/** Who sent a request, as far as cookies tell. */
export interface Asker {
  /** The voter; undefined where no cookie is valid. */
  readonly voterId: string | undefined
  /** Whether a cookie of this installation was sent and none is valid: somebody who may be a voter already. */
  readonly isInvalid: boolean
  /** The name of the cookie that tells the voter. */
  readonly cookieName: string | undefined
}

const nobody: Asker = { voterId: undefined, isInvalid: false, cookieName: undefined }

/** Knows voters by their cookie, `id.signature`: HMAC-SHA256 of the id, so that nobody can vote as someone else. */
export class Voters {
  readonly #key: ReturnType<typeof createSecretKey>
  readonly #name: CookieName

  constructor(key: string, installationId: string) {
    this.#key = createSecretKey(Buffer.from(key))
    this.#name = cookieNameOf(installationId)
  }

  /** Who is asking: the voter of the first valid cookie. */
  find(ctx: Context): Asker {
    const { cookie } = ctx.headers
    if (cookie === undefined) return nobody
    const { candidates, isOurs } = readVoterCookies(cookie, this.#name)
    const valid = candidates.find((candidate) => this.#isSigned(candidate))
    return { voterId: valid?.id, isInvalid: isOurs && !valid, cookieName: valid?.name }
  }

  /**
   * Makes whoever asks for a page, or for what a page shows, a voter: so they are one before they vote, and a vote that a
   * browser sends twice, or two tabs at once, is one voter's.
   */
  identify(ctx: Context, asker: Asker): void {
    this.remember(ctx, asker, asker.voterId ?? newVoterId())
  }

  /** Gives the voter their cookie, unless it came with the request under the name that it has today. */
  remember(ctx: Context, asker: Asker, voterId: string): void {
    const name = ctx.secure ? this.#name.secure : this.#name.plain
    // Over http a secure cookie says as much as a plain one.
    if (asker.voterId === voterId && (asker.cookieName === name || asker.cookieName === this.#name.secure)) return
    const value = `${voterId}.${this.#sign(voterId)}`
    const secure = ctx.secure ? '; Secure' : ''
    ctx.set('Set-Cookie', `${name}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; HttpOnly; SameSite=Lax${secure}`)
  }

  /**
   * Refuses the vote of somebody whose cookie is invalid: they may have voted with it while it was valid, so they are no
   * new voter. The refusal brings a valid cookie, with which the vote can be sent again.
   */
  refuseInvalid(ctx: Context, asker: Asker): void {
    if (!asker.isInvalid) return
    this.remember(ctx, asker, newVoterId())
    // A 401 names what is missing (RFC 9110, section 15.5.2); browsers ask their user nothing for a scheme like this.
    ctx.set('WWW-Authenticate', `Cookie cookie-name="${ctx.secure ? this.#name.secure : this.#name.plain}"`)
    throw new RequestError(
      'invalid-voter',
      'Your vote was not counted: the voter cookie that came with it is not valid, and has been replaced. Please vote again.',
    )
  }

  #isSigned({ id, signature }: Candidate): boolean {
    // Both are 43 characters long.
    return timingSafeEqual(Buffer.from(signature), Buffer.from(this.#sign(id)))
  }

  #sign(id: string): string {
    return createHmac('sha256', this.#key).update(id).digest('base64url')
  }
}
