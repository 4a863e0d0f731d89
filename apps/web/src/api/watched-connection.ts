import { keepaliveSeconds } from '@pollcast/shared/stream'
import type { Access } from './access.ts'
import { type Moment, moment, since } from './elapsed.ts'
import { type ConnectionEnd, type ConnectionListener, readStream } from './stream-connection.ts'

/** Without a byte for this long a connection is dead: it has missed a keepalive. With the delay of a retry, below 20 s. */
export const SILENCE_TIMEOUT_MS = (keepaliveSeconds + 3.5) * 1000
/** The same for who asks before the timer does. */
const SILENT_MS = (keepaliveSeconds + 3) * 1000
/** On a connection that works the first event comes at once. Where it does not, something keeps it back. */
const FIRST_EVENT_TIMEOUT_MS = 4_000
/** A slow network needs longer for a large one, and bytes come all the while. So they do where a virus scanner lets a few through. */
const FIRST_EVENT_LIMIT_MS = 12_000
/** A byte so long after it was opened shows that a stream delivers more than its first events. */
const PROOF_MS = 2_000

interface WatchedListener extends Omit<ConnectionListener, 'onBytes'> {
  /** Called when bytes come that are none of the first events. */
  onProven(): void
  /** Called once: its first event is late, no byte comes any more, or it has ended by itself. */
  onLate(): void
  onSilence(): void
  onEnd(end: ConnectionEnd, hadEvent: boolean): void
}

export interface WatchedConnection {
  readonly openedAt: Moment
  /** Whether a keepalive is missing. */
  isSilent(): boolean
  /** After this nothing is called any more. */
  close(): void
}

/** One connection, until it ends or is of no use any more. */
export function watchConnection(
  url: string,
  access: Access,
  { onEvent, onRetry, onProven, onLate, onSilence, onEnd }: WatchedListener,
): WatchedConnection {
  const closed = new AbortController()
  const openedAt = moment()
  let lastDataAt = openedAt
  let hasEvent = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function expect(onMissing: () => void, milliseconds: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => end(onMissing), milliseconds)
  }

  function close(): void {
    clearTimeout(timer)
    closed.abort()
  }

  function end(tell: () => void): void {
    if (closed.signal.aborted) return
    close()
    tell()
  }

  expect(onLate, FIRST_EVENT_TIMEOUT_MS)
  const reading = readStream(url, access, closed.signal, {
    onBytes() {
      if (closed.signal.aborted) return
      lastDataAt = moment()
      const lasted = since(openedAt)
      if (!hasEvent) return expect(onLate, Math.min(FIRST_EVENT_TIMEOUT_MS, FIRST_EVENT_LIMIT_MS - lasted))
      expect(onSilence, SILENCE_TIMEOUT_MS)
      if (lasted >= PROOF_MS) onProven()
    },
    onEvent(event, id, data) {
      if (closed.signal.aborted) return
      hasEvent = true
      expect(onSilence, SILENCE_TIMEOUT_MS)
      onEvent(event, id, data)
    },
    onRetry,
  })
  void reading.then((ended) => end(() => onEnd(ended, hasEvent)))
  return { openedAt, isSilent: () => since(lastDataAt) >= SILENT_MS, close }
}
