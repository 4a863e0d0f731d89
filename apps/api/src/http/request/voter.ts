import { createHmac, createSecretKey, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'
import { RequestError } from '../middleware/problem.ts'
import { type Candidate, type CookieName, cookieNameOf, readVoterCookies } from './voter-cookie.ts'

const YEAR_SECONDS = 365 * 24 * 60 * 60

/** A client without a cookie is a new voter. An id only has to be unique, and tells nothing: the cookie is signed. */
export const newVoterId = (): string => randomUUID()

/** Who sent a request, according to its cookies. */
export interface Asker {
  /** The voter; undefined if no cookie is valid. */
  readonly voterId: string | undefined
  /** Whether there are cookies of this installation and none is valid: this may be a voter who has voted already. */
  readonly isInvalid: boolean
  /** The name of the valid cookie. */
  readonly cookieName: string | undefined
}

const nobody: Asker = { voterId: undefined, isInvalid: false, cookieName: undefined }

/** Recognizes voters by their cookie, `id.signature`: an HMAC-SHA256 of the id, so that nobody can vote as someone else. */
export class Voters {
  readonly #key: ReturnType<typeof createSecretKey>
  readonly #name: CookieName

  constructor(key: string, installationId: string) {
    this.#key = createSecretKey(Buffer.from(key))
    this.#name = cookieNameOf(installationId)
  }

  /** The voter of the first valid cookie. */
  find(ctx: Context): Asker {
    const { cookie } = ctx.headers
    if (cookie === undefined) return nobody
    const { candidates, isOurs } = readVoterCookies(cookie, this.#name)
    const valid = candidates.find((candidate) => this.#isSigned(candidate))
    return { voterId: valid?.id, isInvalid: isOurs && !valid, cookieName: valid?.name }
  }

  /**
   * Makes a client that loads a page, or the data of one, a voter. So it has its cookie before it votes, and a vote that is
   * sent twice, or by two tabs at once, is one voter's.
   */
  identify(ctx: Context, asker: Asker): void {
    this.remember(ctx, asker, asker.voterId ?? newVoterId())
  }

  /** Sets the voter's cookie, unless the request had it under its current name. */
  remember(ctx: Context, asker: Asker, voterId: string): void {
    const name = ctx.secure ? this.#name.secure : this.#name.plain
    // Over http a secure cookie counts as well.
    if (asker.voterId === voterId && (asker.cookieName === name || asker.cookieName === this.#name.secure)) return
    const value = `${voterId}.${this.#sign(voterId)}`
    const secure = ctx.secure ? '; Secure' : ''
    ctx.set('Set-Cookie', `${name}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; HttpOnly; SameSite=Lax${secure}`)
  }

  /**
   * Refuses a vote with an invalid cookie. The cookie may have been valid at an earlier vote, so this is not simply a new
   * voter. The refusal sets a valid cookie, with which the vote can be sent again.
   */
  refuseInvalid(ctx: Context, asker: Asker): void {
    if (!asker.isInvalid) return
    this.remember(ctx, asker, newVoterId())
    // A 401 has to name a scheme (RFC 9110, section 15.5.2). For an unknown one browsers don't ask for a password.
    ctx.set('WWW-Authenticate', `Cookie cookie-name="${ctx.secure ? this.#name.secure : this.#name.plain}"`)
    throw new RequestError(
      'invalid-voter',
      'Your vote was not counted: your voter cookie was not valid, and has been replaced. Please vote again.',
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
