import { randomBytes } from 'node:crypto'
import type { Context } from 'koa'

const COOKIE = 'voter'
const YEAR_MS = 365 * 24 * 60 * 60 * 1000

/** Who is asking, if their cookie is one that was signed here. */
export function knownVoter(ctx: Context): string | undefined {
  return ctx.headers.cookie === undefined ? undefined : ctx.cookies.get(COOKIE, { signed: true })
}

/** Whoever comes without a cookie is a new voter. */
export const newVoterId = () => randomBytes(12).toString('base64url')

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
