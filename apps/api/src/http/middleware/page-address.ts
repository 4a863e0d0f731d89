import { pollIdSchema, roomCodeSchema } from '@pollcast/shared/poll'
import { enteredCode } from '@pollcast/shared/room-code'
import { routes } from '@pollcast/shared/routes'
import type { Middleware } from 'koa'

/** Addresses of pages that have an id in them, as far as they are not longer than what anybody means. */
const PAGE = /^\/(polls|r)\/(.{6,120})$/is

/** What a room or a poll has beside its page. */
const OF_ROOM = ['screen', 'host', 'embed']
const OF_POLL = ['embed']

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
  const [, kind = '', rest = ''] = PAGE.exec(path) ?? []
  const isRoom = kind.toLowerCase() === 'r'
  // Of each part, so that what stands around the whole address goes too.
  const [name = '', part, ...more] = decode(rest)
    .replace(UNSEEN, '')
    .toLowerCase()
    .split('/')
    .map((text) => text.replace(AROUND, ''))
    .filter((text) => text !== '')
  const page = isRoom ? roomPageOf(name) : pollPageOf(name)
  if (page === undefined || part === undefined) return page
  const isPart = (isRoom ? OF_ROOM : OF_POLL).includes(part)
  return isPart && more.length === 0 ? `${page}/${part}` : undefined
}

function pollPageOf(name: string): string | undefined {
  const { success, data: id } = pollIdSchema.safeParse(name)
  return success ? routes.pollPage(id) : undefined
}

function roomPageOf(name: string): string | undefined {
  const { success, data: code } = roomCodeSchema.safeParse(enteredCode(name))
  return success ? routes.roomPage(code) : undefined
}

/** Text that can't be decoded stays as it is, and is no id. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
