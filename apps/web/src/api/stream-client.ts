import type { Snapshot } from '@pollcast/shared/poll'
import type { Problem } from '@pollcast/shared/problem'
import { keepaliveSeconds } from '@pollcast/shared/stream'
import { createParser } from 'eventsource-parser'
import { moment, since } from './elapsed.ts'
import { retryAfter, retryDelay } from './retry-delay.ts'

/**
 * `live` only while frames have come on the present connection. `gone` and `closed` are final: the server has no such
 * poll, or close() was called.
 */
export type StreamState = 'connecting' | 'live' | 'reconnecting' | 'gone' | 'closed'

export interface StreamListener {
  /** Called with each snapshot that is newer than those before it of the same poll. */
  onSnapshot(snapshot: Snapshot): void
  onState(state: StreamState): void
}

export interface StreamClient {
  /** Drops the line there is and connects at once. For when the network is known to have changed. */
  reconnect(): void
  /** Connects at once unless the line shows signs of life. For when timers may have slept. */
  wake(): void
  /** Ends the request and every timer. Nothing is reported after this but the state `closed`. */
  close(): void
}

/** A keepalive may be late, two that are missing are no accident. */
export const silenceLimit = 2 * keepaliveSeconds * 1000 + 3_000
/** A line that held this long was a good one: its end is a new trouble, not the old one going on. */
const steadyAfter = 5_000

/**
 * A stream that stays open. The browser's EventSource can't do this: it gives up for good at an HTTP error, hides the
 * keepalive comments that tell a quiet line from a dead one, and calls itself open before anything has come.
 */
export function openStream(url: string, { onSnapshot, onState }: StreamListener): StreamClient {
  const revisions = new Map<string, number>()
  let state: StreamState = 'connecting'
  let line: AbortController | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let askedDelay = 0
  let lastId = ''
  let liveSince = moment()
  let heardAt = moment()

  function enter(next: StreamState): void {
    if (next === state) return
    state = next
    onState(next)
  }

  function heard(): void {
    heardAt = moment()
    clearTimeout(timer)
    timer = setTimeout(lose, silenceLimit, 0)
  }

  function drop(): void {
    clearTimeout(timer)
    line?.abort()
    line = undefined
  }

  function end(final: 'gone' | 'closed'): void {
    drop()
    enter(final)
  }

  /** The line is dead; the next one is tried when the delay is over. */
  function lose(minDelay: number): void {
    drop()
    if (state === 'live' && since(liveSince) >= steadyAfter) failures = 0
    enter('reconnecting')
    timer = setTimeout(connect, retryDelay(failures++, Math.max(minDelay, askedDelay)))
  }

  async function connect(): Promise<void> {
    const own = new AbortController()
    line = own
    heard()
    let minDelay = 0
    try {
      const response = await fetch(url, {
        // As EventSource does: another node may not have heard yet of what this one showed last.
        headers: { Accept: 'text/event-stream', ...(lastId && { 'Last-Event-ID': lastId }) },
        credentials: 'include',
        cache: 'no-store',
        signal: own.signal,
      })
      if (line !== own) return
      if (response.status === 404 && (await saysGone(response)) && line === own) return end('gone')
      minDelay = retryAfter(response.headers.get('retry-after'))
      if (response.ok && response.body && isEventStream(response)) await read(response.body, own)
    } catch {
      // Whatever broke the line, what follows is the same.
    }
    if (line === own) lose(minDelay)
  }

  async function read(body: ReadableStream<Uint8Array>, own: AbortController): Promise<void> {
    const decoder = new TextDecoder()
    const parser = createParser({
      onEvent: ({ data, id }) => {
        if (line !== own) return
        lastId = id ?? lastId
        receive(JSON.parse(data))
      },
      onRetry: (milliseconds) => {
        askedDelay = milliseconds
      },
    })
    const reader = body.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done || line !== own) return
      heard()
      parser.feed(decoder.decode(value, { stream: true }))
    }
  }

  function receive(snapshot: Snapshot): void {
    if (state !== 'live') liveSince = moment()
    enter('live')
    const { pollId, revision } = snapshot
    if (revision <= (revisions.get(pollId) ?? -1)) return
    revisions.set(pollId, revision)
    onSnapshot(snapshot)
  }

  function reconnect(): void {
    if (state === 'gone' || state === 'closed') return
    drop()
    if (state === 'live') enter('reconnecting')
    void connect()
  }

  void connect()
  return {
    reconnect,
    wake() {
      const isHeard = line && since(heardAt) < (keepaliveSeconds + 3) * 1000
      if (!isHeard) reconnect()
    },
    close: () => end('closed'),
  }
}

/** A proxy, or a server that is being set up, has 404s of its own: those pass. */
async function saysGone(response: Response): Promise<boolean> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return false
  return ((await response.json()) as Problem).code === 'poll-not-found'
}

function isEventStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
}
