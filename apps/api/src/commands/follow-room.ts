import { setTimeout as pause } from 'node:timers/promises'
import { type SharedPoll, type Snapshot, snapshotSchema } from '@pollcast/shared/poll'
import { type RoomEvent, roomEventSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { type EndData, keepaliveSeconds } from '@pollcast/shared/stream'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type * as z from 'zod'
import { ask, RequestRefused, refusalOf, unknownAnswer } from './ask.ts'
import { CommandRefused } from './command-refused.ts'
import { tolerant } from './tolerant.ts'

const eventSchemas = { room: tolerant(roomEventSchema), update: tolerant(snapshotSchema) }

/** Without a byte for this long a connection is dead: it has missed a keepalive. */
const SILENCE_TIMEOUT_MS = (keepaliveSeconds + 3.5) * 1000
const MIN_RETRY_MS = 500
const MAX_RETRY_MS = 10_000

/** Characters of the longest event: one of ours has some thousands. What never ends would fill the memory. */
const MAX_EVENT = 1024 * 1024

/** No later attempt is answered otherwise: there is no such room, or not for everybody. */
const FINAL = [401, 404]
const GONE = 410

interface Follower {
  onRoom(room: RoomEvent): void
  /** The connection is lost; it is tried again. */
  onLost(): void
}

/**
 * Follows a room by its stream, and connects again whenever that ends. Resolves when the room is deleted, also while there is no
 * connection. Rejects with a CommandRefused if there is no such room (any more), if its events can't be read, or if there is no
 * answer to the first request.
 */
export async function followRoom(url: string, code: string, { onRoom, onLost }: Follower): Promise<void> {
  let isKnown = false
  let failures = 0
  const onEvent = (room: RoomEvent) => {
    isKnown = true
    failures = 0
    onRoom(room)
  }
  for (;;) {
    const end = await readStream(url, code, onEvent).catch((error: Error) => error)
    const status = end instanceof RequestRefused ? end.status : undefined
    if (isKnown && (end === 'deleted' || status === GONE)) return
    if (end instanceof Error && (!isKnown || end instanceof EventUnreadable || FINAL.includes(status ?? 0))) throw end
    onLost()
    await pause(Math.min(MIN_RETRY_MS * 2 ** failures, MAX_RETRY_MS))
    failures += 1
  }
}

class EventUnreadable extends CommandRefused {}

const UNREADABLE = 'The server sends what this version of Pollcast can’t read. Use the version that the server has.'

/** One connection. Resolves when it has ended, with why; rejects if it can't be opened. */
async function readStream(url: string, code: string, onRoom: (room: RoomEvent) => void): Promise<'deleted' | 'lost'> {
  const abort = new AbortController()
  const silence = setTimeout(() => abort.abort(), SILENCE_TIMEOUT_MS)
  try {
    const response = await ask(url, routes.roomStream(code), {
      headers: { Accept: 'text/event-stream' },
      signal: abort.signal,
    })
    if (!response.ok) throw await refusalOf(response)
    if (!response.headers.get('Content-Type')?.startsWith('text/event-stream')) throw unknownAnswer(response)
    const shown = new ShownRoom(onRoom)
    const parser = createParser({
      onEvent: (event) => shown.take(event),
      onError: ({ type }) => {
        // Other lines that are no events are left out.
        if (type === 'max-buffer-size-exceeded') throw new EventUnreadable(UNREADABLE)
      },
      maxBufferSize: MAX_EVENT,
    })
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      silence.refresh()
      parser.feed(decoder.decode(chunk, { stream: true }))
      if (shown.isDeleted) return 'deleted'
    }
    return 'lost'
  } finally {
    clearTimeout(silence)
    abort.abort()
  }
}

/** A room as the events of its stream tell it. Events that are not known are of a newer server, and left out. */
class ShownRoom {
  isDeleted = false
  #room: RoomEvent | undefined
  readonly #onRoom: (room: RoomEvent) => void

  constructor(onRoom: (room: RoomEvent) => void) {
    this.#onRoom = onRoom
  }

  take({ event, data }: EventSourceMessage): void {
    if (event === 'room') this.#show(parse(eventSchemas.room, data))
    else if (event === 'update') this.#update(parse(eventSchemas.update, data))
    else if (event === 'end') this.isDeleted = (JSON.parse(data) as EndData).reason === 'deleted'
  }

  #update({ pollId, ...shown }: Snapshot): void {
    const { poll } = this.#room ?? {}
    // Of a poll that is not on any more.
    if (!this.#room || poll?.id !== pollId) return
    // What was not edited since the poll was made is not in it.
    this.#show({ ...this.#room, poll: { ...poll, ...shown } as SharedPoll })
  }

  #show(room: RoomEvent): void {
    this.#room = room
    this.#onRoom(room)
  }
}

function parse<S extends z.ZodType>(schema: S, data: string): z.infer<S> {
  const { success, data: event } = schema.safeParse(JSON.parse(data))
  if (success) return event
  throw new EventUnreadable(UNREADABLE)
}
