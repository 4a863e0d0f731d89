import { createHmac, createSecretKey, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'
import { PollError } from '../../polls/errors.ts'
import { type Candidate, type CookieName, cookieNameOf, readVoterCookies, readVoterToken } from './voter-cookie.ts'

const YEAR_SECONDS = 365 * 24 * 60 * 60

/** A client without a cookie is a new voter. An id only has to be unique, and tells nothing: the cookie is signed. */
export const newVoterId = (): string => randomUUID()

/**
 * What a cookie tells of how its voter became one. Who has voted came within the burst of their network (nothing), or proved
 * work and came in the burst of that number (`~123`). Who has only read has not voted yet (`~0`), or came beyond the burst
 * and owes a proof of work before they vote (`~`).
 */
export type VoterMark = '' | `~${string}`

export const NOT_VOTED: VoterMark = '~0'
export const OWES_PROOF: VoterMark = '~'

export const markOfBurst = (burst: number | undefined): VoterMark => (burst === undefined ? '' : `~${burst}`)

export const burstOf = (mark: VoterMark): number | undefined => (mark.length > 1 ? Number(mark.slice(1)) : undefined)

/** The voter, if limits are theirs and not their network's: those who owe a proof may be anybody. */
export const knownVoter = ({ voterId, mark }: Asker): string | undefined => (mark === OWES_PROOF ? undefined : voterId)

/** Whether a vote is the first one that a cookie or token is for: reading collects voters, and must not collect votes. */
export const isFirstVote = (asker: Asker): boolean => knownVoter(asker) === undefined || asker.mark === NOT_VOTED

/** Who sent a request, according to its cookies, or to the token of a frame that keeps none. */
export interface Asker {
  /** The voter; undefined if no cookie is valid. */
  readonly voterId: string | undefined
  readonly mark: VoterMark
  /** Whether there are cookies of this installation, or a token, and none is valid: this may be a voter who has voted already. */
  readonly isInvalid: boolean
  /** The name of the valid cookie. */
  readonly cookieName: string | undefined
  /** Whether it was their token that told the voter: then the browser keeps no cookie. */
  readonly isByToken: boolean
}

const nobody: Asker = { voterId: undefined, mark: '', isInvalid: false, cookieName: undefined, isByToken: false }

/** Voter and mark, of a cookie or token that is valid. */
function idOf(valid: Pick<Candidate, 'id'> | undefined): Pick<Asker, 'voterId' | 'mark'> {
  const id = valid?.id
  const end = id?.indexOf('~') ?? -1
  return id === undefined || end < 0
    ? { voterId: id, mark: '' }
    : { voterId: id.slice(0, end), mark: id.slice(end) as VoterMark }
}

/** What loads a page into another one (Fetch Metadata, section 2.1). */
const FRAME = /^(iframe|frame|embed|object)$/

/**
 * Recognizes voters by their cookie, `id.signature`: an HMAC-SHA256 of the id, so that nobody can vote as someone else. A
 * page whose cookie does not come back (a browser may refuse it, above all in a frame on another site) sends the same in the
 * header `Pollcast-Voter`.
 */
export class Voters {
  readonly #key: ReturnType<typeof createSecretKey>
  readonly #name: CookieName
  /** The token made last: the answer to a first vote carries it twice. */
  #last = { id: '', token: '' }

  constructor(key: string, installationId: string) {
    this.#key = createSecretKey(Buffer.from(key))
    this.#name = cookieNameOf(installationId)
  }

  /** The voter of the first valid cookie, or else of the token. */
  find(ctx: Context): Asker {
    const { cookie, 'pollcast-voter': token } = ctx.headers
    if (cookie === undefined && token === undefined) return nobody
    const { candidates, isOurs } = readVoterCookies(cookie ?? '', this.#name)
    const valid = candidates.find((candidate) => this.#isSigned(candidate))
    if (valid || token === undefined) {
      return { ...idOf(valid), isInvalid: isOurs && !valid, cookieName: valid?.name, isByToken: false }
    }
    const told = readVoterToken(String(token))
    const id = idOf(told && this.#isSigned(told) ? told : undefined)
    const isByToken = id.voterId !== undefined
    return { ...id, isInvalid: !isByToken, cookieName: undefined, isByToken }
  }

  /** What a page in a frame tells of its voter where it has no cookie. */
  tokenOf(voterId: string, mark: VoterMark): string {
    const id = voterId + mark
    if (this.#last.id !== id) this.#last = { id, token: `${id}.${this.#sign(id)}` }
    return this.#last.token
  }

  /**
   * Sets the voter's cookie, unless the request had it under its current name. In a frame on another site it is one for
   * that site's frames alone (CHIPS: cookies of other sites are refused, or can follow people from site to site).
   */
  remember(ctx: Context, asker: Asker, voterId: string, mark: VoterMark): void {
    if (asker.isByToken && asker.voterId === voterId) return
    const name = ctx.secure ? this.#name.secure : this.#name.plain
    // Over http a secure cookie counts as well.
    const isSame = asker.voterId === voterId && asker.mark === mark
    if (isSame && (asker.cookieName === name || asker.cookieName === this.#name.secure)) return
    const isFramed = FRAME.test(ctx.get('Sec-Fetch-Dest')) && ctx.get('Sec-Fetch-Site') === 'cross-site'
    const lax = ctx.secure ? 'SameSite=Lax; Secure' : 'SameSite=Lax'
    const where = ctx.secure && isFramed ? 'SameSite=None; Secure; Partitioned' : lax
    ctx.set('Set-Cookie', `${name}=${this.tokenOf(voterId, mark)}; Path=/; Max-Age=${YEAR_SECONDS}; HttpOnly; ${where}`)
  }

  /**
   * Tells who has voted without cookie and token a token, by the answer's own header: their cookie has not come back, so the one
   * that the answer sets may not either. Where it does, it counts, and is the same voter's. Who has a token gets it anew where
   * its mark has changed.
   */
  tell(ctx: Context, asker: Asker, voterId: string, mark: VoterMark): void {
    if (asker.voterId === undefined || (asker.isByToken && asker.mark !== mark))
      ctx.set('Pollcast-Voter', this.tokenOf(voterId, mark))
  }

  /**
   * Refuses a vote with an invalid cookie. The cookie may have been valid at an earlier vote, so this is not simply a new
   * voter. The refusal sets a valid cookie, with which the vote can be sent again.
   */
  refuseInvalid(ctx: Context, asker: Asker, mark: VoterMark): void {
    if (!asker.isInvalid) return
    this.remember(ctx, asker, newVoterId(), mark)
    // A 401 has to name a scheme (RFC 9110, section 15.5.2). For an unknown one browsers don't ask for a password.
    ctx.set('WWW-Authenticate', `Cookie cookie-name="${ctx.secure ? this.#name.secure : this.#name.plain}"`)
    throw new PollError(
      'invalid-voter',
      'Your vote was not counted: your voter cookie was not valid, and has been replaced. Please vote again.',
    )
  }

  #isSigned({ id, signature }: Pick<Candidate, 'id' | 'signature'>): boolean {
    // Both are 43 characters long.
    return timingSafeEqual(Buffer.from(signature), Buffer.from(this.#sign(id)))
  }

  #sign(id: string): string {
    return createHmac('sha256', this.#key).update(id).digest('base64url')
  }
}
