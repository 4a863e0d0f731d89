import { limits } from '@pollcast/shared/limits'
import { openChannel } from '../browser/channel.ts'
import { type Moment, moment, since } from './elapsed.ts'
import { BEAT_MS, type Leader, standForElection } from './election.ts'
import { randomKey } from './random-key.ts'
import { Shown } from './shown.ts'
import { isCurrent, type StreamHandle, type StreamState } from './stream-client.ts'
import { StreamSet } from './stream-set.ts'
import type { Told } from './told.ts'
import { keysOf, type Topics } from './topics.ts'

/** What one part of a tab watches. */
export interface Subscription {
  topics: Topics
  /** What the page came with: what is told of the topic begins there, unless something has been told already. */
  served?: Told | undefined
  onTold(told: Told): void
  onState(state: StreamState): void
  /** Called once, after everything here has been closed, if the browser takes no message. */
  onRefused(): void
}

type Message =
  /** A tab's topics, all of them. It also asks the leader how they are. */
  | { kind: 'want'; from: string; topics: Topics }
  | ({ kind: 'report' } & Leader & Report)
  | ({ kind: 'farewell' } & Leader)

/** What the leader knows: at each beat, and whenever there is something new. */
interface Report {
  state: StreamState
  /** Topics that the server has told of since the stream is what `state` says. */
  heard: string[]
  told: Told[]
}

/** In the names of channels and locks: tabs that were opened before an upgrade keep to themselves. */
const VERSION = 3
/** How often a tab says what it wants, and for how long that holds. */
const WANT_MS = 3_000
const WANT_TIMEOUT_MS = 10_000
/** Tabs that open together change the topics once. */
const SETTLE_MS = 50
/** How long tabs may go on showing `live` while another one takes over the stream. */
const TAKEOVER_TIMEOUT_MS = 1_000

/**
 * One stream for all tabs of a browser, whatever they show. One of them leads (election.ts): it has the stream, with the
 * topics of all, and passes everything on to the others. Each tab knows what has been shown to it, so whoever takes over
 * goes on from there, and what is told twice is shown once.
 *
 * @returns undefined if the browser has no channel between tabs
 */
export function openSharedStream(base: string, locks: LockManager | undefined) {
  const id = randomKey()
  const name = `stream ${VERSION} ${base}`
  const shown = new Shown()
  const subscriptions = new Map<Subscription, StreamState>()
  const wants = new Map<string, { topics: Topics; at: Moment }>()
  let state: StreamState = 'connecting'
  let heard = new Set<string>()
  /** Set while this tab leads. */
  let stream: StreamSet | undefined
  let leader: Leader | undefined
  let settling: ReturnType<typeof setTimeout> | undefined
  let takeover: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

  const channel = openChannel<Message>(name, receive)
  if (!channel) return undefined

  const election = standForElection({ id, locks, name, onAsk: want, onLead: lead, onYield: stopLeading })
  const beat = setInterval(() => stream && report([]), BEAT_MS)
  const wanting = setInterval(() => (stream ? settle() : want()), WANT_MS)

  function post(message: Message): void {
    if (!isClosed && !channel?.post(message)) giveUp()
  }

  function want(): void {
    post({ kind: 'want', from: id, topics: ownTopics() })
  }

  function receive(message: Message): void {
    switch (message.kind) {
      case 'want':
        wants.set(message.from, { topics: message.topics, at: moment() })
        if (!stream) return
        report(keysOf(message.topics).flatMap((topic) => shown.of(topic)))
        return settle()
      case 'farewell':
        return election.hearFarewell(message)
      case 'report':
        if (!election.hear(message)) return
        if (leader?.id !== message.id) want()
        leader = message
        message.told.forEach(take)
        heard = new Set(message.heard)
        setState(message.state)
    }
  }

  function report(told: Told[]): void {
    if (leader) post({ kind: 'report', id: leader.id, term: leader.term, state, heard: [...heard], told })
  }

  function ownTopics(): Topics {
    return union([...subscriptions.keys()].map(({ topics }) => topics))
  }

  /** What any tab wants, that has said so of late. */
  function wantedTopics(): Topics {
    for (const [from, { at }] of wants) if (since(at) > WANT_TIMEOUT_MS) wants.delete(from)
    return shown.remaining(union([ownTopics(), ...[...wants.values()].map(({ topics }) => topics)]))
  }

  function take(told: Told): void {
    if (!shown.take(told)) return
    for (const subscription of subscriptions.keys()) tell(subscription, told)
  }

  function tell({ topics, onTold }: Subscription, told: Told): void {
    if (keysOf(topics).includes(told.topic)) onTold(told)
  }

  function setState(next: StreamState): void {
    state = next
    for (const [subscription, before] of subscriptions) {
      const now = stateOf(subscription)
      if (now === before) continue
      subscriptions.set(subscription, now)
      subscription.onState(now)
    }
  }

  /** A tab whose topics have only just been added is not live yet. */
  function stateOf({ topics }: Subscription): StreamState {
    if (shown.hasEndedAll(topics)) return 'gone'
    const isHeard = keysOf(topics).every((topic) => heard.has(topic) || shown.hasEnded(topic))
    return isCurrent(state) && !isHeard ? 'connecting' : state
  }

  function settle(): void {
    clearTimeout(settling)
    settling = setTimeout(() => {
      if (!stream) return
      const topics = wantedTopics()
      // What is watched no more may have changed when it is wanted again.
      heard = new Set(keysOf(topics).filter((topic) => heard.has(topic)))
      stream.watch(topics)
    }, SETTLE_MS)
  }

  function lead(now: Leader): void {
    leader = now
    clearTimeout(takeover)
    takeover = setTimeout(() => {
      heard.clear()
      if (isCurrent(state)) change('reconnecting')
    }, TAKEOVER_TIMEOUT_MS)
    stream = new StreamSet(base, limits.pageSize, {
      shown,
      onTold(told) {
        for (const subscription of subscriptions.keys()) tell(subscription, told)
        report([told])
        setState(state)
      },
      onHeard(topic) {
        if (heard.has(topic)) return
        heard.add(topic)
        change(state)
      },
      onLost(topics) {
        for (const topic of topics) heard.delete(topic)
      },
      onState(next) {
        clearTimeout(takeover)
        change(next)
      },
    })
    stream.watch(wantedTopics())
    report([])
  }

  function change(next: StreamState): void {
    setState(next)
    report([])
  }

  function stopLeading(): void {
    clearTimeout(takeover)
    stream?.close()
    stream = undefined
  }

  function end(): void {
    isClosed = true
    election.close()
    for (const interval of [beat, wanting]) clearInterval(interval)
    clearTimeout(settling)
    stopLeading()
    channel?.close()
  }

  function giveUp(): void {
    if (isClosed) return
    end()
    for (const { onRefused } of subscriptions.keys()) onRefused()
  }

  /** The others need not wait until they miss this tab. */
  function leave(): void {
    if (isClosed || subscriptions.size > 0) return
    want()
    if (stream && leader) post({ kind: 'farewell', ...leader })
    end()
  }

  return {
    /** False once it has been left, or refused. */
    isOpen: () => !isClosed,

    /** When the last one is closed, and no other is there by the next microtask, the tab leaves. */
    subscribe(subscription: Subscription): StreamHandle {
      subscriptions.set(subscription, 'connecting')
      for (const topic of keysOf(subscription.topics)) for (const told of shown.of(topic)) subscription.onTold(told)
      if (subscription.served) shown.begin(subscription.served)
      want()
      if (stream) settle()
      setState(state)
      return {
        reconnect: () => stream?.reconnect(),
        reconnectIfSilent: () => (stream ? stream.reconnectIfSilent() : want()),
        close() {
          if (!subscriptions.delete(subscription)) return
          subscription.onState('closed')
          queueMicrotask(leave)
          want()
          if (stream) settle()
        },
      }
    },
  }
}

const union = (all: Topics[]): Topics => ({
  polls: [...new Set(all.flatMap(({ polls = [] }) => polls))],
  rooms: [...new Set(all.flatMap(({ rooms = [] }) => rooms))],
})
