import type { Snapshot } from '@pollcast/shared/poll'
import { keepaliveSeconds } from '@pollcast/shared/stream'
import { openChannel } from '../browser/channel.ts'
import { moment, since } from './elapsed.ts'
import { newerOf } from './snapshot.ts'
import { openStream, type StreamClient, type StreamListener, type StreamState, silenceLimit } from './stream-client.ts'

/** A tab that joins asks; the leader reports what it knows, what is new, and at the least that it is still there. */
type Message = 'ask' | { state: StreamState; snapshots: Snapshot[] }

/** Milliseconds that the tabs may go on saying "live" while one of them takes the stream over. */
const handover = 1_000
/** Milliseconds in which a leader answers a tab that asks, or the browser hands a lock out: both take a few. */
const answerLimit = 5_000
/** Milliseconds before a tab that lost the lock queues for it again, so that no fault makes it spin. */
const requeueDelay = 1_000

/**
 * One stream for all the tabs of a browser that listen to the same address, which else would take a connection each.
 * Whoever holds the Web Lock of that name is the leader: it has the stream, and tells the others. The browser hands
 * the lock of a tab that is gone to the next one in the queue; from a leader that is there and silent it is taken.
 *
 * @param onRefused called once, when everything here has been closed, if the browser turns out not to let tabs meet:
 * it refuses or never answers a request for the lock, or takes no message
 * @returns undefined where the browser has no channel between tabs
 */
export function openSharedStream(
  url: string,
  { onSnapshot, onState }: StreamListener,
  locks: LockManager,
  onRefused: () => void,
): StreamClient | undefined {
  const newest = new Map<string, Snapshot>()
  const ended = new AbortController()
  const untilEnded = new Promise((resolve) => ended.signal.addEventListener('abort', resolve))
  let state: StreamState = 'connecting'
  /** Only the leader has one. */
  let stream: StreamClient | undefined
  /** Whether the stream of this tab has been live since it became the leader. */
  let hasLed = false
  /** True from taking the lock away until a leader is heard. */
  let hasStolen = false
  let heardAt = moment()
  let timer: ReturnType<typeof setTimeout> | undefined

  const channel = openChannel<Message>(`stream ${url}`, (message) => {
    if (message === 'ask') {
      if (!stream) return
      stream.wake()
      report(...newest.values())
    } else if (!stream) {
      hasStolen = false
      heard()
      message.snapshots.forEach(take)
      enter(message.state)
    }
  })
  if (!channel) return undefined

  const post = (message: Message) => ended.signal.aborted || channel.post(message) || refuse()
  const report = (...snapshots: Snapshot[]) => post({ state, snapshots })
  const heartbeat = setInterval(() => stream && report(), keepaliveSeconds * 1000)

  function enter(next: StreamState): void {
    if (next === state) return
    state = next
    onState(next)
  }

  function take(snapshot: Snapshot): void {
    const held = newest.get(snapshot.pollId)
    if (newerOf(held, snapshot) === held) return
    newest.set(snapshot.pollId, snapshot)
    onSnapshot(snapshot)
  }

  /** As one of the others: a leader that does not answer loses the lock. */
  function follow(): void {
    setTimer(steal, answerLimit)
    post('ask')
  }

  function heard(): void {
    heardAt = moment()
    setTimer(steal, silenceLimit)
  }

  function setTimer(onTime: () => void, milliseconds: number): void {
    clearTimeout(timer)
    if (!ended.signal.aborted) timer = setTimeout(onTime, milliseconds)
  }

  function steal(): void {
    if (state === 'live') enter('reconnecting')
    // Tabs that can't hear each other would take it from each other for ever.
    if (hasStolen) return refuse()
    hasStolen = true
    setTimer(refuse, answerLimit)
    void request({ steal: true })
  }

  function lead(): StreamClient {
    stream?.close()
    hasLed = false
    setTimer(() => {
      if (state === 'live') enter('reconnecting')
      report()
    }, handover)
    const own = openStream(url, {
      onSnapshot(snapshot) {
        take(snapshot)
        report(snapshot)
      },
      onState(next) {
        if (stream !== own) return
        clearTimeout(timer)
        if (next === 'live') hasLed = true
        enter(next)
        report(...newest.values())
      },
    })
    stream = own
    return own
  }

  /** Settles when the lock that it got is let go or taken away. */
  async function request(options: LockOptions): Promise<void> {
    let own: StreamClient | undefined
    const hold = () => {
      if (ended.signal.aborted) return
      own = lead()
      return untilEnded
    }
    try {
      await locks.request(url, options, hold)
    } catch {
      // Whether the lock was taken away or never given shows in what was held.
    }
    if (!own) return refuse()
    if (own === stream) {
      stream = undefined
      // A lock that is lost at once is none.
      if (hasLed) follow()
      else refuse()
    }
    own.close()
  }

  async function queue(): Promise<void> {
    while (!ended.signal.aborted) {
      await request({ signal: ended.signal })
      await new Promise((resolve) => setTimeout(resolve, requeueDelay))
    }
  }

  /** Ends the sharing, and any stream that this tab has. */
  function end(): void {
    ended.abort()
    clearTimeout(timer)
    clearInterval(heartbeat)
    stream?.close()
    stream = undefined
    channel?.close()
  }

  function refuse(): void {
    if (ended.signal.aborted) return
    end()
    onRefused()
  }

  follow()
  void queue()
  return {
    reconnect: () => stream?.reconnect(),
    wake() {
      if (stream) return stream.wake()
      if (since(heardAt) < (keepaliveSeconds + 3) * 1000) return
      if (state === 'live') enter('reconnecting')
      post('ask')
    },
    close() {
      end()
      enter('closed')
    },
  }
}
