import { randomUUID } from 'node:crypto'
import type { Context } from 'koa'

const COOKIE = 'voter'
const YEAR_MS = 365 * 24 * 60 * 60 * 1000

/** Who is asking, if their cookie is one that was signed here. */
export function knownVoter(ctx: Context): string | undefined {
  return ctx.headers.cookie === undefined ? undefined : ctx.cookies.get(COOKIE, { signed: true })
}

/**
 * Whoever comes without a cookie is a new voter. Ids grow with time, so that a storm of new ballots is written to one
 * end of the ballots' tree and not all over it; what is random in them need only be unique, for the cookie is signed.
 */
export const newVoterId = () => Date.now().toString(36) + randomUUID().slice(-12)

/** Gives a new voter their cookie: with a poll's page, or with the answer to their first vote that counted. */
export function rememberVoter(ctx: Context, voterId: string): void {
  ctx.cookies.set(COOKIE, voterId, {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    secure: ctx.secure,
    maxAge: YEAR_MS,
    overwrite: true,
  })
}
