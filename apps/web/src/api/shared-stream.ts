import type { Snapshot } from '@pollcast/shared/poll'
import type { RoomEvent } from '@pollcast/shared/room'
import { keepaliveSeconds } from '@pollcast/shared/stream'
import { openChannel } from '../browser/channel.ts'
import { moment } from './elapsed.ts'
import { newerOf } from './snapshot.ts'
import {
  isSilentSince,
  openStream,
  SILENCE_TIMEOUT_MS,
  type StreamClient,
  type StreamOptions,
  type StreamState,
} from './stream-client.ts'
import { Ends, type TopicEnd } from './topics.ts'

/** A follower asks; the leader reports its state and what is new when asked, when they change, and at each heartbeat. */
type Message = 'ask' | Report

interface Report {
  state: StreamState
  rooms: RoomEvent[]
  /** Each of them newer than the `rooms`. */
  snapshots: Snapshot[]
  ended: TopicEnd[]
  /** The id of the last event, so that whoever takes over goes on from there. */
  lastId: string
}

/** In the names of channels and locks: tabs that were opened before an upgrade keep to themselves. */
const VERSION = 2

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
  { topics, onSnapshot, onRoom, onEnd, onState }: StreamOptions,
  locks: LockManager,
  onRefused: () => void,
): StreamClient | undefined {
  const name = `stream ${VERSION} ${url}`
  const newest = new Map<string, Snapshot>()
  const rooms = new Map<string, RoomEvent>()
  const ends = new Ends()
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
  let lastId = ''
  let timer: ReturnType<typeof setTimeout> | undefined

  const channel = openChannel<Message>(name, (message) => {
    if (message === 'ask') {
      if (!stream) return
      stream.reconnectIfSilent()
      reportAll()
    } else if (!stream) {
      hasStolen = false
      restartSilenceTimer()
      message.rooms.forEach(receiveRoom)
      message.snapshots.forEach(receive)
      message.ended.forEach(receiveEnd)
      lastId = message.lastId
      setState(message.state)
    }
  })
  if (!channel) return undefined

  const post = (message: Message) => ended.signal.aborted || channel.post(message) || giveUp()
  const report = (...snapshots: Snapshot[]) => post({ state, rooms: [], snapshots, ended: ends.list(), lastId })
  const reportAll = () =>
    post({ state, rooms: [...rooms.values()], snapshots: [...newest.values()], ended: ends.list(), lastId })
  const heartbeat = setInterval(() => stream && report(), keepaliveSeconds * 1000)

  function setState(next: StreamState): void {
    if (next === state) return
    state = next
    onState(next)
  }

  function receive(snapshot: Snapshot): void {
    const { pollId } = snapshot
    if (ends.hasPoll(pollId) || newerOf(newest.get(pollId), snapshot) !== snapshot) return
    newest.set(pollId, snapshot)
    onSnapshot(snapshot)
  }

  /** The leader's reports repeat the last one. */
  function receiveRoom(room: RoomEvent): void {
    if (JSON.stringify(rooms.get(room.code)) === JSON.stringify(room)) return
    rooms.set(room.code, room)
    onRoom?.(room)
  }

  function receiveEnd(end: TopicEnd): void {
    if (!ends.add(end)) return
    if (end.pollId !== undefined) newest.delete(end.pollId)
    onEnd(end)
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
    const own = openStream(url, {
      topics,
      lastId,
      onId(id) {
        lastId = id
      },
      onSnapshot(snapshot) {
        receive(snapshot)
        report(snapshot)
      },
      onRoom(room) {
        receiveRoom(room)
        reportAll()
      },
      onEnd(ended) {
        receiveEnd(ended)
        report()
      },
      onState(next) {
        if (stream !== own) return
        clearTimeout(timer)
        if (next === 'live') hasBeenLive = true
        setState(next)
        reportAll()
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
      await locks.request(name, options, hold)
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
