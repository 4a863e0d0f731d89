import type { Socket } from 'node:net'
import { boundedArray } from '@pollcast/shared/bounded-array'
import { limits } from '@pollcast/shared/limits'
import { pollIdSchema } from '@pollcast/shared/poll'
import type { Context, Middleware } from 'koa'
import * as z from 'zod'
import { type Audiences, TopicsEnded } from '../../live/audiences.ts'
import { SocketWriter } from '../../live/socket-writer.ts'
import { Stream } from '../../live/stream.ts'
import { pollDeleted } from '../../polls/policy.ts'
import { pollTopic } from '../../polls/topics.ts'
import { validate } from '../request/body.ts'
import { pollIdOf } from '../request/poll-id.ts'
import { takeSocket } from '../server/take-socket.ts'

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  // Tells nginx, and proxies that follow it, not to buffer frames.
  'X-Accel-Buffering': 'no',
}

const pollIdsSchema = z.object({
  polls: z
    .string('Name the polls to watch, once: ?polls=ID,ID')
    .transform((text) => [...new Set(text.split(','))])
    .pipe(boundedArray(pollIdSchema, limits.pageSize, 'polls')),
})

/** `GET /api/polls/:id/stream` */
export function streamRoute(audiences: Audiences): Middleware {
  return async (ctx) => openStream(ctx, audiences, [pollIdOf(ctx)], lastEventId(ctx))
}

/** `GET /api/streams?polls=ID,ID`: several polls on one connection. Every frame names its poll. */
export function streamsRoute(audiences: Audiences): Middleware {
  return async (ctx) => openStream(ctx, audiences, validate(pollIdsSchema, ctx.query, 'invalid-query').polls)
}

/** The last revision that the client has seen, on a connection to any node (WHATWG HTML, section 9.2.4). */
function lastEventId(ctx: Context): number | undefined {
  const id = ctx.get('Last-Event-ID')
  return /^\d{1,15}$/.test(id) ? Number(id) : undefined
}

/** The request is in flight until the first snapshots are there: they may have to be read from the database. */
async function openStream(
  ctx: Context,
  audiences: Audiences,
  pollIds: readonly string[],
  shown?: number,
): Promise<void> {
  const { res } = ctx
  const open = () => {
    if (!res.socket?.writable) return undefined
    ctx.respond = false
    if (ctx.method === 'HEAD') {
      res.writeHead(200, { ...HEADERS, Connection: 'close' }).end()
      return undefined
    }
    return streamOn(takeSocket(res, HEADERS), audiences)
  }
  try {
    await audiences.join(
      pollIds.map((pollId) => ({ name: pollTopic(pollId), shown })),
      open,
    )
  } catch (error) {
    throw error instanceof TopicsEnded ? pollDeleted() : error
  }
}

/** Apart from `openStream`, so that the socket's listeners don't keep the request in memory. */
function streamOn(socket: Socket, audiences: Audiences): Stream {
  const stream = new Stream(new SocketWriter(socket))
  socket.on('end', destroy)
  socket.on('close', () => audiences.leave(stream))
  return stream
}

/** Node would first send what is buffered, and end its half of the connection; a frame written meanwhile would fail. */
function destroy(this: Socket): void {
  this.destroy()
}
