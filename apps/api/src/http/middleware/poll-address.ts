import { pollIdSchema } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import type { Middleware } from 'koa'

const PAGE = /^\/polls\/(.{8,120})$/is

/** What mail programs, chats and sentences leave around a link: punctuation, quotes, brackets, slashes. */
const AROUND = /^[\p{P}\p{S}]+|(?<![\p{P}\p{S}])[\p{P}\p{S}]+$/gu

/** What nobody sees or means in an address: white space and zero-width characters. */
const UNSEEN = /[\s\p{DI}]/gu

/**
 * Redirects a poll's page address that was typed in capitals, or copied with more than it, to the right one. Only what is an
 * id by its shape is redirected to, and always to a path of this host. The query is dropped: no page reads one. 302, because
 * browsers keep a 308 for good, and such an address may mean something else one day.
 */
export const redirectPollAddress: Middleware = (ctx, next) => {
  const address = ctx.method === 'GET' || ctx.method === 'HEAD' ? correctAddress(ctx.path) : undefined
  if (address === undefined || address === ctx.path) return next()
  ctx.redirect(address)
  ctx.set('Cache-Control', 'no-store')
}

function correctAddress(path: string): string | undefined {
  const [, rest] = PAGE.exec(path) ?? []
  if (rest === undefined) return undefined
  const { success, data: id } = pollIdSchema.safeParse(
    decode(rest).replace(UNSEEN, '').replace(AROUND, '').toLowerCase(),
  )
  return success ? routes.pollPage(id) : undefined
}

/** Text that can't be decoded stays as it is, and is no id. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
