import { once } from 'node:events'
import { limits } from '@pollcast/shared/limits'
import { pollIdSchema } from '@pollcast/shared/poll'
import type { Context, Middleware } from 'koa'
import * as z from 'zod'
import type { Audiences } from '../live/audiences.ts'
import { SocketOutlet } from '../live/socket-outlet.ts'
import { Stream } from '../live/stream.ts'
import { conform } from './body.ts'

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  // Tells nginx, and those who took it over from there, not to gather frames before sending them on.
  'X-Accel-Buffering': 'no',
  Connection: 'close',
}

const pollIdsSchema = z.object({
  polls: z
    .string('names the polls to watch: ?polls=ID,ID')
    .transform((text) => [...new Set(text.split(','))])
    .pipe(z.array(pollIdSchema).max(limits.pageSize)),
})

/** `GET /api/polls/:id/stream` */
export function streamRoute(audiences: Audiences): Middleware {
  return (ctx) => openStream(ctx, audiences, [ctx.params.id])
}

/** `GET /api/streams?polls=ID,ID`: several polls on one connection. Every frame says which poll it is of. */
export function streamsRoute(audiences: Audiences): Middleware {
  return (ctx) => openStream(ctx, audiences, conform(pollIdsSchema, ctx.query, 'invalid-query').polls)
}

async function openStream(ctx: Context, audiences: Audiences, pollIds: readonly string[]): Promise<void> {
  const { req, res } = ctx
  // Behind another request on the same connection: frames must not overtake that one's answer.
  if (!res.socket) await once(res, 'socket')
  return audiences.join(pollIds, () => {
    if (!req.socket.writable) return undefined
    ctx.respond = false
    // Without Transfer-Encoding the body ends with the connection (RFC 9112, section 6.3), so a frame's bytes are the
    // same on every socket and go straight to it, past the response's own buffering.
    res.removeHeader('Transfer-Encoding')
    res.writeHead(200, HEADERS)
    if (ctx.method === 'HEAD') {
      res.end()
      return undefined
    }
    res.flushHeaders()
    const stream = new Stream(new SocketOutlet(req.socket))
    // Node would end its own half first, with whatever waits in it, and a frame that comes meanwhile would fail.
    req.socket.once('end', () => req.socket.destroy())
    req.socket.once('close', () => audiences.leave(pollIds, stream))
    return stream
  })
}
