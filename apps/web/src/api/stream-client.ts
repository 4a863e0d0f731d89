import type { Access } from './access.ts'
import { CarriedTopics } from './carried-topics.ts'
import { ConnectPace } from './connect-pace.ts'
import { since } from './elapsed.ts'
import { endReasons, isMissing } from './end-reasons.ts'
import { longPoll } from './long-poll.ts'
import { retryDelay } from './retry-delay.ts'
import { Shown } from './shown.ts'
import type { ConnectionEnd } from './stream-connection.ts'
import type { Told } from './told.ts'
import { type Topics, topicsList } from './topics.ts'
import { SILENCE_TIMEOUT_MS, type WatchedConnection, watchConnection } from './watched-connection.ts'

/**
 * `live` only once an event has come on the current connection; `polling` where no stream gets through, and what is shown is
 * read again and again. `gone` and `closed` are final: the server has no such poll or room, or has it no more, or does not
 * take the host key any more; or close() was called.
 */
export type StreamState = 'connecting' | 'live' | 'polling' | 'reconnecting' | 'gone' | 'closed'

/** Whether what is shown is what there is. */
export const isCurrent = (state: StreamState): boolean => state === 'live' || state === 'polling'

export interface StreamOptions {
  /** Where these topics are watched. */
  addressOf(topics: Topics): string
  /** When all of them have ended, so has the stream. */
  topics: Topics
  access?: Access
  /** What has been shown already: the server need not repeat it. */
  shown?: Shown
  /** Called with what is new. */
  onTold(told: Told): void
  /** Called for a topic whenever the server has said that it is as it was shown, or how it is. */
  onHeard?(topic: string): void
  onState(state: StreamState): void
}

export interface StreamHandle {
  /** Drops the connection and connects again at once. For when the network is known to have changed. */
  reconnect(): void
  /** The same, unless data came in the last few seconds. For when timers may have been suspended. */
  reconnectIfSilent(): void
  /** Aborts the requests and stops all timers. After the state `closed` nothing more is reported. */
  close(): void
}

export interface StreamClient extends StreamHandle {
  /** Watches these topics from now on. What was shown of those that stay goes along, so nothing is missed or repeated. */
  watch(topics: Topics): void
}

/** While polling: between two tries of the stream. With the timeout of a try, below 30 s. */
const TRY_AGAIN_MS = 25_000
/** A connection that lasted this long was stable: when it ends, the retry delays start over. */
const STABLE_AFTER_MS = 5_000

/**
 * A stream that stays open. The browser's EventSource can't do this: it gives up for good on an HTTP error, hides the
 * keepalive comments that tell a quiet connection from a dead one, and reports `open` before any data has come.
 */
export function openStream({
  addressOf,
  topics,
  access = {},
  shown = new Shown(),
  onTold,
  onHeard,
  onState,
}: StreamOptions): StreamClient {
  const carried = new CarriedTopics(topics, {
    addressOf,
    shown,
    onTold,
    onHeard,
    onCurrent: setLive,
    onShutdown: () => pace.serverGoes(),
  })
  const pace = new ConnectPace()
  let state: StreamState = 'connecting'
  let connection: WatchedConnection | undefined
  let polling: AbortController | undefined
  /** Of the next connection. */
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Connections in a row that began to deliver, and soon went silent. */
  let swallowed = 0
  /** Whether polling took the place of streams that began, and were kept back or cut: the next one has to deliver more. */
  let isOnTrial = false

  function setState(next: StreamState): void {
    if (next === state) return
    state = next
    onState(next)
  }

  function connectAfter(milliseconds: number): void {
    clearTimeout(timer)
    timer = setTimeout(connect, milliseconds)
  }

  function disconnect(): void {
    clearTimeout(timer)
    connection?.close()
    connection = undefined
  }

  function stopPolling(): void {
    polling?.abort()
    polling = undefined
  }

  function end(final: 'gone' | 'closed'): void {
    disconnect()
    stopPolling()
    setState(final)
  }

  /** Drops the dead connection and schedules the next one. */
  function retryLater(minDelay: number): void {
    const wasStable = isStable()
    disconnect()
    if (wasStable) pace.failures = 0
    if (polling) return connectAfter(TRY_AGAIN_MS)
    setState('reconnecting')
    connectAfter(pace.next(minDelay))
  }

  /** How long there has been the connection. */
  const lasted = () => (connection ? since(connection.openedAt) : 0)

  const isStable = () => state === 'live' && lasted() >= STABLE_AFTER_MS

  function connect(): void {
    disconnect()
    const remaining = carried.remaining()
    connection = watchConnection(carried.addressFor(remaining), access, {
      onEvent: (event, id, data) => carried.receive(event, id, data),
      onRetry(milliseconds) {
        pace.serverRetryMs = milliseconds
      },
      onProven() {
        if (!isOnTrial) return
        isOnTrial = false
        setLive()
      },
      onLate: fallBack,
      onSilence() {
        swallowed = lasted() < 2 * SILENCE_TIMEOUT_MS ? swallowed + 1 : 0
        if (swallowed < 2) return retryLater(0)
        swallowed = 0
        isOnTrial = true
        fallBack()
      },
      onEnd: (ended, hadEvent) => receiveConnectionEnd(ended, hadEvent, remaining),
    })
  }

  function receiveConnectionEnd({ code, isPage, minDelay }: ConnectionEnd, hadEvent: boolean, remaining: Topics): void {
    const isUnknown = isMissing(code)
    // What is in the way may let other requests through.
    if (isPage || (!code && !isStable() && !pace.isRestarting && pace.failures % 3 === 2)) {
      pace.failures += 1
      isOnTrial ||= hadEvent
      return fallBack(!isPage)
    }
    // One of them: by itself each says whether it is the one.
    if (isUnknown && topicsList(remaining).length > 1) return fallBack()
    const reason = code && endReasons[code]
    if (reason) carried.end(remaining, reason)
    if (isUnknown || carried.hasEndedAll()) end('gone')
    else retryLater(minDelay)
  }

  function setLive(): void {
    pace.serverIsBack()
    if (polling && isOnTrial) return
    stopPolling()
    setState('live')
  }

  /**
   * Reads what the stream does not bring, and tries the stream again and again meanwhile.
   *
   * @param wasUnreachable whether it may be the server that was away, and not something that stops streams alone: then the stream is tried
   * as soon as the server answers
   */
  function fallBack(wasUnreachable = false): void {
    disconnect()
    connectAfter(TRY_AGAIN_MS)
    if (!polling) void poll(wasUnreachable)
  }

  async function poll(wasUnreachable: boolean): Promise<void> {
    if (state === 'live') setState('reconnecting')
    const own = new AbortController()
    polling = own
    let hasFailed = false
    let isAway = wasUnreachable
    try {
      await longPoll({
        base: carried.base,
        topics: carried.remaining(),
        access,
        shown,
        signal: own.signal,
        onTold(told) {
          carried.tell(told)
          // The others may be watched by a stream again.
          if (told.event === 'end' && !carried.hasEndedAll()) connectAfter(0)
        },
        onAnswer(topic) {
          if (polling !== own || state === 'live') return
          setState('polling')
          if (isAway && !connection) connectAfter(retryDelay(0, 0))
          isAway = false
          onHeard?.(topic)
        },
      })
    } catch {
      hasFailed = true
    }
    if (polling !== own) return
    stopPolling()
    if (!hasFailed) return end('gone')
    // If the stream is tried at the moment, that goes on.
    if (connection) setState('reconnecting')
    else retryLater(0)
  }

  function reconnect(): void {
    if (state === 'gone' || state === 'closed') return
    disconnect()
    stopPolling()
    pace.failures = 0
    if (isCurrent(state)) setState('reconnecting')
    connect()
  }

  connect()
  return {
    reconnect,
    reconnectIfSilent() {
      if (!connection || connection.isSilent()) reconnect()
    },
    watch(next) {
      carried.topics = next
      if (state === 'closed') return
      if (state === 'gone') setState('connecting')
      if (!polling) return connect()
      // The next try of the stream comes when it would have: one that is under way is of other topics.
      stopPolling()
      void poll(false)
      if (connection) connect()
    },
    close: () => end('closed'),
  }
}
