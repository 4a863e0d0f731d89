import type { Snapshot } from '@pollcast/shared/poll'
import { keepaliveSeconds } from '@pollcast/shared/stream'
import { moment, since } from './elapsed.ts'
import { newerOf } from './snapshot.ts'
import { openStream, type StreamClient, type StreamListener, type StreamState, silenceLimit } from './stream-client.ts'

/** A tab that joins asks; the leader reports what it knows, what is new, and at the least that it is still there. */
type Message = 'ask' | { state: StreamState; snapshots: Snapshot[] }

/** How long the tabs may go on saying "live" while one of them takes the stream over. */
const handover = 1_000

/**
 * One stream for all the tabs of a browser that listen to the same address, which else would take a connection each.
 * Whoever holds the Web Lock of that name is the leader: it has the stream, and tells the others. The browser hands
 * the lock of a tab that is gone to the next one in the queue; from a leader that is there and silent it is taken.
 */
export function openSharedStream(url: string, { onSnapshot, onState }: StreamListener): StreamClient {
  const channel = new BroadcastChannel(`stream ${url}`)
  const newest = new Map<string, Snapshot>()
  const ended = new AbortController()
  const untilEnded = new Promise((resolve) => ended.signal.addEventListener('abort', resolve))
  let state: StreamState = 'connecting'
  /** Only the leader has one. */
  let stream: StreamClient | undefined
  let heardAt = moment()
  let timer: ReturnType<typeof setTimeout> | undefined

  const post = (message: Message) => ended.signal.aborted || channel.postMessage(message)
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

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data === 'ask') {
      if (!stream) return
      stream.wake()
      report(...newest.values())
    } else if (!stream) {
      heard()
      data.snapshots.forEach(take)
      enter(data.state)
    }
  }

  function follow(): void {
    heard()
    post('ask')
  }

  function heard(): void {
    heardAt = moment()
    clearTimeout(timer)
    timer = setTimeout(() => {
      enter('reconnecting')
      void request({ steal: true })
    }, silenceLimit)
  }

  function lead(): StreamClient {
    stream?.close()
    clearTimeout(timer)
    timer = setTimeout(() => {
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
    await navigator.locks.request(url, options, hold).catch(() => {})
    if (own && own === stream) {
      stream = undefined
      if (!ended.signal.aborted) follow()
    }
    own?.close()
  }

  async function queue(): Promise<void> {
    while (!ended.signal.aborted) await request({ signal: ended.signal })
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
      ended.abort()
      clearTimeout(timer)
      clearInterval(heartbeat)
      stream?.close()
      stream = undefined
      channel.close()
      enter('closed')
    },
  }
}
