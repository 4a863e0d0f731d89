import { setTimeout as pause } from 'node:timers/promises'
import { type SharedPoll, type Snapshot, snapshotSchema } from '@pollcast/shared/poll'
import { type RoomEvent, roomEventSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { type EndData, keepaliveSeconds } from '@pollcast/shared/stream'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { ask, refusalOf, unknownAnswer } from './ask.ts'

/** Without a byte for this long a connection is dead: it has missed a keepalive. */
const SILENCE_TIMEOUT_MS = (keepaliveSeconds + 3.5) * 1000
const MIN_RETRY_MS = 500
const MAX_RETRY_MS = 10_000

interface Follower {
  onRoom(room: RoomEvent): void
  /** The connection is lost; it is tried again. */
  onLost(): void
}

/**
 * Follows a room by its stream, and connects again whenever that ends. Resolves when the room is deleted. Rejects with a
 * CommandRefused if there is no such room, or no answer to the first request.
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
    if (end === 'deleted' && isKnown) return
    if (end instanceof Error && !isKnown) throw end
    onLost()
    await pause(Math.min(MIN_RETRY_MS * 2 ** failures, MAX_RETRY_MS))
    failures += 1
  }
}

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
    const parser = createParser({ onEvent: (event) => shown.take(event) })
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
    if (event === 'room') this.#show(roomEventSchema.parse(JSON.parse(data)))
    else if (event === 'update') this.#update(snapshotSchema.parse(JSON.parse(data)))
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
