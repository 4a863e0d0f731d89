import { pollIdSchema, roomCodeSchema } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import type { Middleware } from 'koa'
import * as z from 'zod'
import { PollError } from '../../polls/errors.ts'
import { canDrawPng, PREVIEW } from '../chart/chart-png.ts'
import { escapeHtml } from '../pages/html.ts'
import { publicUrlOf, type RouteParts } from '../parts.ts'
import { validate } from '../request/body.ts'
import { originOf } from '../request/origin.ts'
import { limitedByCode } from '../request/rate-limit.ts'
import { anybody } from '../request/viewer.ts'
import { pollFor } from './polls.ts'
import { roomFor } from './rooms.ts'

const lengthSchema = z
  .string('Give it once.')
  .regex(/^\d{1,5}$/, 'Enter a whole number of pixels.')
  .transform(Number)
  .optional()

const querySchema = z.object({
  url: z.url({ protocol: /^https?$/, error: 'The address of a poll or room on this server.' }).max(2000),
  maxwidth: lengthSchema,
  maxheight: lengthSchema,
  format: z.string('Give it once.').optional(),
})

const WIDTH = 640
/** About what stands around the choices, and a choice. */
const HEIGHT = { around: 200, choice: 70, most: 800 }

/** `GET /oembed?url=…`: a frame with the poll or room at that address (oEmbed 1.0, section 2). */
export function oembedRoute(parts: RouteParts): Middleware {
  return async (ctx) => {
    const {
      url,
      maxwidth = WIDTH,
      maxheight = HEIGHT.most,
      format = 'json',
    } = validate(querySchema, ctx.query, 'invalid-query')
    // As the standard has it (section 2.3.4).
    if (format !== 'json') throw new PollError('not-implemented', 'The only format is json.')
    const publicUrl = publicUrlOf(ctx, parts)
    const shown = readAddress(url, [publicUrl, originOf(ctx)])
    const findRoom = async (code: string) => (await roomFor(anybody, code, publicUrl, parts)).room
    const room = 'code' in shown ? await limitedByCode(parts, ctx, () => findRoom(shown.code)) : undefined
    const poll = 'pollId' in shown ? await pollFor(anybody, shown.pollId, parts) : (room?.poll ?? null)

    const title = poll?.question || room?.title || parts.theme.name
    const path = 'code' in shown ? routes.roomEmbed(shown.code) : routes.pollEmbed(shown.pollId)
    const width = Math.min(WIDTH, maxwidth)
    const height = Math.min(HEIGHT.around + HEIGHT.choice * (poll?.choices.length ?? 4), HEIGHT.most, maxheight)
    const thumbnail =
      poll && !poll.resultsHidden && (await canDrawPng()) ? `${publicUrl}${routes.chartPng(poll.id)}` : undefined
    ctx.set('Cache-Control', 'public, max-age=60')
    ctx.body = {
      version: '1.0',
      type: 'rich',
      title,
      provider_name: parts.theme.name,
      provider_url: publicUrl + routes.listPage,
      cache_age: 60,
      width,
      height,
      html: `<iframe src="${publicUrl}${path}" title="${escapeHtml(title)}" width="${width}" height="${height}" style="border:0"></iframe>`,
      ...(thumbnail && { thumbnail_url: thumbnail, thumbnail_width: PREVIEW.width, thumbnail_height: PREVIEW.height }),
    }
  }
}

const PAGE = /^\/(?:polls\/([^/]+)|r\/([^/]+))(?:\/(?:embed|screen))?\/?$/

/** What a page of ours shows. */
function readAddress(url: string, ours: readonly (string | undefined)[]): { pollId: string } | { code: string } {
  const { origin, pathname } = new URL(url)
  const base = ours.find((one) => one !== undefined && `${origin}${pathname}`.startsWith(`${one}/`))
  const [, pollId, code] = (base && PAGE.exec(`${origin}${pathname}`.slice(base.length))) || []
  if (pollIdSchema.safeParse(pollId).success) return { pollId: pollId ?? '' }
  if (roomCodeSchema.safeParse(code).success) return { code: code ?? '' }
  throw new PollError('not-found', 'This is not the address of a poll or room on this server.')
}
