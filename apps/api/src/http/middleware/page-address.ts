import { pollIdSchema, roomCodeSchema } from '@pollcast/shared/poll'
import { enteredCode } from '@pollcast/shared/room-code'
import { routes } from '@pollcast/shared/routes'
import type { Middleware } from 'koa'

const POLL_PAGE = /^\/polls\/(.{8,120})$/is
const ROOM_PAGE = /^\/r\/([^/]{6,120})((?:\/\w+)?)\/?$/is

const READS_QUERY = /\/(screen|embed)$/

/** What mail programs, chats and sentences leave around a link: punctuation, quotes, brackets, slashes. */
const AROUND = /^[\p{P}\p{S}]+|(?<![\p{P}\p{S}])[\p{P}\p{S}]+$/gu

/** What nobody sees or means in an address: white space and zero-width characters. */
const UNSEEN = /[\s\p{DI}]/gu

/**
 * Redirects the address of a poll's or room's page that was typed in capitals, or copied with more than it, to the right one. Only what is an
 * id by its shape is redirected to, and always to a path of this host. The query is kept where the page reads one (screen,
 * embed). 302, because browsers keep a 308 for good, and such an address may mean something else one day.
 */
export const redirectPageAddress: Middleware = (ctx, next) => {
  const address = ctx.method === 'GET' || ctx.method === 'HEAD' ? correctAddress(ctx.path) : undefined
  if (address === undefined || address === ctx.path) return next()
  ctx.redirect(READS_QUERY.test(address) ? address + ctx.search : address)
  ctx.set('Cache-Control', 'no-store')
}

function correctAddress(path: string): string | undefined {
  const [, rest] = POLL_PAGE.exec(path) ?? []
  if (rest !== undefined) {
    const { success, data: id } = pollIdSchema.safeParse(
      decode(rest).replace(UNSEEN, '').replace(AROUND, '').toLowerCase(),
    )
    return success ? routes.pollPage(id) : undefined
  }
  const [, room, page = ''] = ROOM_PAGE.exec(path) ?? []
  if (room === undefined) return undefined
  const { success, data: code } = roomCodeSchema.safeParse(enteredCode(decode(room)))
  return success ? routes.roomPage(code) + page.toLowerCase() : undefined
}

/** Text that can't be decoded stays as it is, and is no id. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
