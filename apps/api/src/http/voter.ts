import { createHmac, createSecretKey, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'

const COOKIE = /(?:^|;\s*)voter=([\w-]+)\.([\w-]+)(?:;|$)/
const YEAR_SECONDS = 365 * 24 * 60 * 60

/**
 * Whoever comes without a cookie is a new voter. Ids grow with time, so that a storm of new ballots is written to one
 * end of the ballots' tree and not all over it; what is random in them need only be unique, for the cookie is signed.
 */
export const newVoterId = () => Date.now().toString(36) + randomUUID().slice(-12)

/** Knows voters by their cookie, `id.signature`: HMAC-SHA256 of the id, so that nobody can vote as someone else. */
export class Voters {
  readonly #key: ReturnType<typeof createSecretKey>

  constructor(key: string) {
    this.#key = createSecretKey(Buffer.from(key))
  }

  /** Who is asking, if their cookie is one that was signed here. */
  known(ctx: Context): string | undefined {
    const [, id, signature] = COOKIE.exec(ctx.headers.cookie ?? '') ?? []
    if (id === undefined || signature === undefined) return undefined
    const given = Buffer.from(signature)
    const right = Buffer.from(this.#sign(id))
    return given.length === right.length && timingSafeEqual(given, right) ? id : undefined
  }

  /** Gives a new voter their cookie: with a poll's page, or with the answer to their first vote that counted. */
  remember(ctx: Context, id: string): void {
    const secure = ctx.secure ? '; Secure' : ''
    const cookie = `voter=${id}.${this.#sign(id)}; Path=/; Max-Age=${YEAR_SECONDS}; HttpOnly; SameSite=Lax${secure}`
    ctx.set('Set-Cookie', cookie)
  }

  #sign(id: string): string {
    return createHmac('sha256', this.#key).update(id).digest('base64url')
  }
}
