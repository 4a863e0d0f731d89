import type { Snapshot } from '@pollcast/shared/poll'
import { keepaliveSeconds } from '@pollcast/shared/stream'
import { openChannel } from '../browser/channel.ts'
import { moment } from './elapsed.ts'
import { newerOf } from './snapshot.ts'
import {
  isSilentSince,
  openStream,
  SILENCE_TIMEOUT_MS,
  type StreamClient,
  type StreamListener,
  type StreamState,
} from './stream-client.ts'

/** A follower asks; the leader reports its state and snapshots when asked, when they change, and at each heartbeat. */
type Message = 'ask' | Report

interface Report {
  state: StreamState
  snapshots: Snapshot[]
  /** The polls that have ended. A tab that was opened before an upgrade does not send it. */
  ended?: string[]
}

/** How long followers may go on showing `live` while another tab takes over the stream. */
const TAKEOVER_TIMEOUT_MS = 1_000
/** For the leader to answer a tab, or the browser to grant a lock. Both normally take a few milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000
/** A pause before a tab that lost the lock requests it again, so that no fault becomes a busy loop. */
const REQUEUE_DELAY_MS = 1_000

/**
 * One stream for all tabs of a browser that listen to the same address, instead of a connection for each. The tab that
 * holds the Web Lock of that name is the leader: it has the stream and passes everything on to the others, the
 * followers. When the leader is closed, the browser grants the lock to the next tab in the queue; from a leader that
 * stops answering, a follower steals it.
 *
 * @param onRefused called once, after everything here has been closed, if sharing turns out not to work: the browser
 * refuses or never answers the request for the lock, or takes no message
 * @returns undefined if the browser has no channel between tabs
 */
export function openSharedStream(
  url: string,
  pollIds: readonly string[],
  { onSnapshot, onEnd, onState }: StreamListener,
  locks: LockManager,
  onRefused: () => void,
): StreamClient | undefined {
  const newest = new Map<string, Snapshot>()
  const endedPolls = new Set<string>()
  const ended = new AbortController()
  const untilEnded = new Promise((resolve) => ended.signal.addEventListener('abort', resolve))
  let state: StreamState = 'connecting'
  /** Set while this tab is the leader. */
  let stream: StreamClient | undefined
  /** Whether the stream has been live since this tab became the leader. */
  let hasBeenLive = false
  /** True from stealing the lock until a leader reports. */
  let hasStolen = false
  let lastReportAt = moment()
  let timer: ReturnType<typeof setTimeout> | undefined

  const channel = openChannel<Message>(`stream ${url}`, (message) => {
    if (message === 'ask') {
      if (!stream) return
      stream.reconnectIfSilent()
      report(...newest.values())
    } else if (!stream) {
      hasStolen = false
      restartSilenceTimer()
      message.snapshots.forEach(receive)
      message.ended?.forEach(receiveEnd)
      setState(message.state)
    }
  })
  if (!channel) return undefined

  const post = (message: Message) => ended.signal.aborted || channel.post(message) || giveUp()
  const report = (...snapshots: Snapshot[]) => post({ state, snapshots, ended: [...endedPolls] })
  const heartbeat = setInterval(() => stream && report(), keepaliveSeconds * 1000)

  function setState(next: StreamState): void {
    if (next === state) return
    state = next
    onState(next)
  }

  function receive(snapshot: Snapshot): void {
    const current = newest.get(snapshot.pollId)
    if (endedPolls.has(snapshot.pollId) || newerOf(current, snapshot) === current) return
    newest.set(snapshot.pollId, snapshot)
    onSnapshot(snapshot)
  }

  function receiveEnd(pollId: string): void {
    if (endedPolls.has(pollId)) return
    endedPolls.add(pollId)
    newest.delete(pollId)
    onEnd(pollId)
  }

  /** Asks the leader for its state; if there is no answer, steals the lock. */
  function follow(): void {
    setTimer(steal, ANSWER_TIMEOUT_MS)
    post('ask')
  }

  function restartSilenceTimer(): void {
    lastReportAt = moment()
    setTimer(steal, SILENCE_TIMEOUT_MS)
  }

  function setTimer(onTimeout: () => void, milliseconds: number): void {
    clearTimeout(timer)
    if (!ended.signal.aborted) timer = setTimeout(onTimeout, milliseconds)
  }

  function steal(): void {
    if (state === 'live') setState('reconnecting')
    // Tabs whose messages get lost would steal the lock from each other for ever.
    if (hasStolen) return giveUp()
    hasStolen = true
    setTimer(giveUp, ANSWER_TIMEOUT_MS)
    void request({ steal: true })
  }

  function lead(): StreamClient {
    stream?.close()
    hasBeenLive = false
    setTimer(() => {
      if (state === 'live') setState('reconnecting')
      report()
    }, TAKEOVER_TIMEOUT_MS)
    const own = openStream(url, pollIds, {
      onSnapshot(snapshot) {
        receive(snapshot)
        report(snapshot)
      },
      onEnd(pollId) {
        receiveEnd(pollId)
        report()
      },
      onState(next) {
        if (stream !== own) return
        clearTimeout(timer)
        if (next === 'live') hasBeenLive = true
        setState(next)
        report(...newest.values())
      },
    })
    stream = own
    return own
  }

  /** Settles when the lock is released or stolen, or was not granted. */
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
      // A stolen lock and a refused request both reject; `own` tells them apart.
    }
    if (!own) return giveUp()
    if (own === stream) {
      stream = undefined
      // A lock that is lost before the stream was live is of no use.
      if (hasBeenLive) follow()
      else giveUp()
    }
    own.close()
  }

  async function queue(): Promise<void> {
    while (!ended.signal.aborted) {
      await request({ signal: ended.signal })
      await new Promise((resolve) => setTimeout(resolve, REQUEUE_DELAY_MS))
    }
  }

  /** Stops sharing, and closes the stream if this tab has it. */
  function end(): void {
    ended.abort()
    clearTimeout(timer)
    clearInterval(heartbeat)
    stream?.close()
    stream = undefined
    channel?.close()
  }

  function giveUp(): void {
    if (ended.signal.aborted) return
    end()
    onRefused()
  }

  follow()
  void queue()
  return {
    reconnect: () => stream?.reconnect(),
    reconnectIfSilent() {
      if (stream) return stream.reconnectIfSilent()
      if (!isSilentSince(lastReportAt)) return
      if (state === 'live') setState('reconnecting')
      post('ask')
    },
    close() {
      end()
      setState('closed')
    },
  }
}
