import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { boundedArray } from '@pollcast/shared/bounded-array'
import { limits } from '@pollcast/shared/limits'
import { pollIdSchema, roomCodeSchema } from '@pollcast/shared/poll'
import type { Context, Middleware } from 'koa'
import * as z from 'zod'
import { type Audiences, TopicsEnded } from '../../live/audiences.ts'
import { Http2Writer } from '../../live/http2-writer.ts'
import { SocketWriter } from '../../live/socket-writer.ts'
import { Stream } from '../../live/stream.ts'
import { PollError } from '../../polls/errors.ts'
import { pollDeleted, roomDeleted } from '../../polls/policy.ts'
import { parseTopic, pollSubject, roomSubject, topicOf, watchingSubject } from '../../polls/topics.ts'
import type { RouteParts } from '../parts.ts'
import { pollIdOf, roomCodeOf } from '../request/addresses.ts'
import { validate } from '../request/body.ts'
import { limitedByCode } from '../request/rate-limit.ts'
import { type Asked, shownOf, topicsFor } from '../request/topics.ts'
import { knownVoter } from '../request/voter.ts'
import { takeSocket } from '../server/take-socket.ts'
import { http2StreamOf, takeStream } from '../server/take-stream.ts'

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  // Tells nginx, and proxies that follow it, not to buffer frames.
  'X-Accel-Buffering': 'no',
}

const list = <S extends z.ZodType>(member: S, members: string) =>
  z
    .string('Give each once: ?polls=ID,ID&rooms=CODE')
    .transform((text) => [...new Set(text.split(','))])
    .pipe(boundedArray(member, limits.pageSize, members))

const topicsSchema = z
  .object({ polls: list(pollIdSchema, 'polls').optional(), rooms: list(roomCodeSchema, 'rooms').optional() })
  .refine(({ polls = [], rooms = [] }) => polls.length + rooms.length > 0, {
    path: ['polls'],
    message: 'Name the polls or rooms to watch: ?polls=ID,ID&rooms=CODE',
  })
  .refine(({ polls = [], rooms = [] }) => polls.length + rooms.length <= limits.pageSize, {
    path: ['polls'],
    message: `At most ${limits.pageSize} polls and rooms.`,
  })

/** `?watching=on`: the events of a room, and how many watch it. */
const watchingSchema = z.object({ watching: z.literal('on', 'Either on or not there.').optional() })

/** Streams of events: what they carry is in shared/stream.ts. */
export function streamRoutes(parts: RouteParts) {
  /** `GET /api/polls/:id/stream` */
  const poll: Middleware = (ctx) => openStream(ctx, parts, [pollSubject(pollIdOf(ctx))])

  /** `GET /api/rooms/:code/stream` */
  const room: Middleware = (ctx) => {
    const { watching } = validate(watchingSchema, ctx.query, 'invalid-query')
    return ofRooms(ctx, () => {
      const code = roomCodeOf(ctx)
      return watching === 'on' ? [roomSubject(code), watchingSubject(code)] : [roomSubject(code)]
    })
  }

  /** `GET /api/streams?polls=ID,ID&rooms=CODE`: several topics on one connection. Every event names its poll or room. */
  const several: Middleware = (ctx) => {
    const { polls = [], rooms = [] } = validate(topicsSchema, ctx.query, 'invalid-query')
    return ofRooms(ctx, () => [...polls.map(pollSubject), ...rooms.map(roomSubject)])
  }

  const ofRooms = (ctx: Context, subjects: () => string[]): Promise<void> => {
    const open = async () => openStream(ctx, parts, subjects())
    return limitedByCode(parts, ctx, open)
  }

  return { poll, room, several }
}

/** The request is in flight until the first events are there: they may have to be read from the database. */
async function openStream(ctx: Context, parts: RouteParts, subjects: readonly string[]): Promise<void> {
  const { audiences, voterStreams, streamSlots } = parts
  await parts.limits?.streamFrom(ctx, knownVoter(parts.voters.find(ctx)))
  const asked = await topicsFor(ctx, subjects, parts)
  const { res } = ctx
  const giveBack = streamSlots.take(ctx)
  let isOpen = false
  const open = () => {
    // Of a HEAD, Node has ended an HTTP/2 stream already.
    if (http2StreamOf(res)?.destroyed ?? !res.socket?.writable) return undefined
    ctx.respond = false
    if (ctx.method === 'HEAD') {
      res.writeHead(200, http2StreamOf(res) ? HEADERS : { ...HEADERS, Connection: 'close' }).end()
      return undefined
    }
    const { stream, onClose } = streamOn(res, audiences)
    isOpen = true
    onClose(giveBack)
    const { voter, hostKeyHash } = asked.viewer
    if (voter && hostKeyHash === undefined) {
      asked.topics.forEach((topic, index) => {
        if (parseTopic(topic).kind === 'watching') return
        // Once it has joined.
        setImmediate(() => onClose(voterStreams.add(stream, subjects[index] ?? '', voter, topic)))
      })
    }
    return stream
  }
  try {
    await audiences.join(shownOf(ctx, asked.topics, parts), open)
  } catch (error) {
    throw error instanceof TopicsEnded ? endedOf(asked) : error
  } finally {
    if (!isOpen) giveBack()
  }
}

function endedOf({ subjects, viewer }: Asked): PollError {
  if (viewer.hostKeyHash !== undefined) return new PollError('invalid-host-key', 'This is not the host’s key.')
  return subjects.some((subject) => parseTopic(topicOf(subject, 'public')).kind === 'poll')
    ? pollDeleted()
    : roomDeleted()
}

function streamOn(res: ServerResponse, audiences: Audiences) {
  if (http2StreamOf(res)) {
    const taken = takeStream(res, HEADERS)
    return watched(taken, new Stream(new Http2Writer(taken)), audiences)
  }
  const socket = takeSocket(res, HEADERS)
  socket.on('end', destroy)
  return watched(socket, new Stream(new SocketWriter(socket)), audiences)
}

/** Apart from `openStream`, so that the listeners don't keep the request in memory. */
function watched(connection: Duplex, stream: Stream, audiences: Audiences) {
  const closers: (() => void)[] = []
  connection.on('close', () => {
    audiences.leave(stream)
    for (const close of closers.splice(0)) close()
  })
  const onClose = (close: () => void) => {
    if (connection.destroyed) close()
    else closers.push(close)
  }
  return { stream, onClose }
}

/** Node would first send what is buffered, and end its half of the connection; a frame written meanwhile would fail. */
function destroy(this: Socket): void {
  this.destroy()
}
