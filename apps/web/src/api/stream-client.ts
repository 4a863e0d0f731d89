import type { Snapshot } from '@pollcast/shared/poll'
import type { Problem, ProblemCode } from '@pollcast/shared/problem'
import type { RoomEvent } from '@pollcast/shared/room'
import { type EndData, keepaliveSeconds, type StreamEvent, type WatchingData } from '@pollcast/shared/stream'
import { createParser } from 'eventsource-parser'
import { type Access, accessHeaders, credentialsOf } from './access.ts'
import { type Moment, moment, since } from './elapsed.ts'
import { retryAfter, retryDelay } from './retry-delay.ts'
import { serverClock } from './server-clock.ts'
import { newerOf } from './snapshot.ts'
import { Ends, endsOf, type TopicEnd, type Topics } from './topics.ts'
import { voterHeaders } from './voter-token.ts'

/**
 * `live` only once an event has come on the current connection. `gone` and `closed` are final: the server has no such
 * poll or room, or has it no more, or does not take the host key any more; or close() was called.
 */
export type StreamState = 'connecting' | 'live' | 'reconnecting' | 'gone' | 'closed'

export interface StreamListener {
  /** Called with each snapshot that is newer than the one before it of the same poll, or of another view. */
  onSnapshot(snapshot: Snapshot): void
  /** Called with the room as it is when the stream begins, and with each move. */
  onRoom?(room: RoomEvent): void
  /** Called with the number of streams that are open on a room, where the address asks for it. */
  onWatching?(data: WatchingData): void
  /** Called once for each poll or room that has ended. Nothing of it comes after that. */
  onEnd(end: TopicEnd): void
  onState(state: StreamState): void
}

export interface StreamOptions extends StreamListener {
  /** What is watched at this address: when all of it has ended, so has the stream. */
  topics: Topics
  access?: Access
  /** The id of an event that is known already: the server need not repeat it. */
  lastId?: string
  /** Called with the id of each event. */
  onId?(id: string): void
}

export interface StreamClient {
  /** Drops the connection and connects again at once. For when the network is known to have changed. */
  reconnect(): void
  /** The same, unless data came in the last few seconds. For when timers may have been suspended. */
  reconnectIfSilent(): void
  /** Aborts the request and stops all timers. After the state `closed` nothing more is reported. */
  close(): void
}

/** A connection that is silent for this long is dead: it has missed two keepalives. */
export const SILENCE_TIMEOUT_MS = 2 * keepaliveSeconds * 1000 + 3_000
/** A connection that lasted this long was stable: when it ends, the retry delays start over. */
const STABLE_AFTER_MS = 5_000

/** Whether a keepalive is missing, if this was when the last data came. */
export const isSilentSince = (lastDataAt: Moment): boolean => since(lastDataAt) >= (keepaliveSeconds + 3) * 1000

/**
 * A stream that stays open. The browser's EventSource can't do this: it gives up for good on an HTTP error, hides the
 * keepalive comments that tell a quiet connection from a dead one, and reports `open` before any data has come.
 */
export function openStream(url: string, options: StreamOptions): StreamClient {
  const { topics, access = {}, onSnapshot, onRoom, onWatching, onEnd, onState, onId } = options
  const newest = new Map<string, Snapshot>()
  const ends = new Ends()
  let state: StreamState = 'connecting'
  let connection: AbortController | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let serverRetryMs = 0
  let lastId = options.lastId ?? ''
  let liveSince = moment()
  let lastDataAt = moment()

  function setState(next: StreamState): void {
    if (next === state) return
    state = next
    onState(next)
  }

  function restartSilenceTimer(): void {
    lastDataAt = moment()
    clearTimeout(timer)
    timer = setTimeout(retryLater, SILENCE_TIMEOUT_MS, 0)
  }

  function disconnect(): void {
    clearTimeout(timer)
    connection?.abort()
    connection = undefined
  }

  function end(final: 'gone' | 'closed'): void {
    disconnect()
    setState(final)
  }

  /** Drops the dead connection and schedules the next one. */
  function retryLater(minDelay: number): void {
    disconnect()
    if (state === 'live' && since(liveSince) >= STABLE_AFTER_MS) failures = 0
    setState('reconnecting')
    timer = setTimeout(connect, retryDelay(failures++, Math.max(minDelay, serverRetryMs)))
  }

  async function connect(): Promise<void> {
    const own = new AbortController()
    connection = own
    restartSilenceTimer()
    let minDelay = 0
    try {
      const response = await fetch(url, {
        // As EventSource does: another node may answer this time, and be behind the last one.
        headers: {
          Accept: 'text/event-stream',
          ...(lastId && { 'Last-Event-ID': lastId }),
          ...voterHeaders(),
          ...accessHeaders(access),
        },
        credentials: credentialsOf(access),
        cache: 'no-store',
        signal: own.signal,
      })
      if (connection !== own) return
      minDelay = retryAfter(response.headers.get('retry-after'))
      const code = await problemCode(response)
      if (connection !== own) return
      if (code === 'poll-not-found' || code === 'room-not-found') return end('gone')
      const reason = code && END_REASONS[code]
      if (reason) endsOf(topics, reason).forEach(receiveEnd)
      if (response.ok && response.body && isEventStream(response)) await read(response.body, own)
    } catch {
      // Whatever broke the connection, the next step is the same.
    }
    if (connection !== own) return
    if (ends.hasAll(topics)) end('gone')
    else retryLater(minDelay)
  }

  async function read(body: ReadableStream<Uint8Array>, own: AbortController): Promise<void> {
    const decoder = new TextDecoder()
    const parser = createParser({
      onEvent: ({ event, data, id }) => {
        if (connection !== own) return
        if (id !== undefined) {
          lastId = id
          onId?.(id)
        }
        receive(event, data)
      },
      onRetry: (milliseconds) => {
        serverRetryMs = milliseconds
      },
    })
    const reader = body.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done || connection !== own) return
      restartSilenceTimer()
      parser.feed(decoder.decode(value, { stream: true }))
    }
  }

  function receive(event: string | undefined, data: string): void {
    switch (event as StreamEvent) {
      case 'snapshot':
      case 'update':
        return receiveSnapshot(JSON.parse(data))
      case 'room':
        return receiveRoom(JSON.parse(data))
      case 'watching':
        return onWatching?.(JSON.parse(data))
      case 'current':
        return setLive()
      case 'end':
        return receiveEnd(JSON.parse(data))
      // A newer server may send other events.
    }
  }

  function setLive(): void {
    if (state !== 'live') liveSince = moment()
    setState('live')
  }

  function receiveSnapshot(snapshot: Snapshot): void {
    setLive()
    serverClock.note(snapshot.now)
    const { pollId } = snapshot
    if (ends.hasPoll(pollId) || newerOf(newest.get(pollId), snapshot) !== snapshot) return
    newest.set(pollId, snapshot)
    onSnapshot(snapshot)
  }

  function receiveRoom(room: RoomEvent): void {
    setLive()
    if (room.poll) serverClock.note(room.poll.now)
    onRoom?.(room)
  }

  function receiveEnd(data: EndData): void {
    const { reason } = data
    // After a shutdown there is something to come back for.
    if (reason === 'shutdown') return
    const ended = { ...data, reason }
    if (ends.add(ended)) onEnd(ended)
  }

  function reconnect(): void {
    if (state === 'gone' || state === 'closed') return
    disconnect()
    if (state === 'live') setState('reconnecting')
    void connect()
  }

  void connect()
  return {
    reconnect,
    reconnectIfSilent() {
      if (!connection || isSilentSince(lastDataAt)) reconnect()
    },
    close: () => end('closed'),
  }
}

/** Answers that end what a stream is about. */
const END_REASONS: Partial<Record<ProblemCode, TopicEnd['reason']>> = {
  'poll-deleted': 'deleted',
  'room-deleted': 'deleted',
  'invalid-host-key': 'unauthorized',
}

/** Only the API's own answer counts: a 404 from a proxy, or from a server that is still starting, is temporary. */
async function problemCode(response: Response): Promise<ProblemCode | undefined> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return undefined
  return ((await response.json()) as Problem).code
}

function isEventStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
}
