import type { Poll } from '@pollcast/shared/poll'
import type { Room } from '@pollcast/shared/room'
import { timeoutSignal } from '../browser/timeout-signal.ts'
import { type Access, accessInit } from './access.ts'
import { endReasons, isMissing } from './end-reasons.ts'
import { idOfEtag } from './event-id.ts'
import { serverClock } from './server-clock.ts'
import type { Shown } from './shown.ts'
import { problemCode, typeIs } from './stream-connection.ts'
import { type Told, toldOf } from './told.ts'
import { addressOf, keyOf, type Topics, topicsList } from './topics.ts'

/** Requests that are held at a time: over HTTP/1.1 a browser has six connections to a host, and votes need one. */
const HELD_REQUESTS = 2
/** Between two requests that are not held. */
const PAUSE_MS = 2_000
/** The server holds a request for 25 s, and then answers. */
const REQUEST_TIMEOUT_MS = 30_000

interface LongPoll {
  /** What the API's addresses begin with. */
  base: string
  topics: Topics
  access: Access
  /** Where each topic stands: whoever takes what is told puts it there. */
  shown: Shown
  signal: AbortSignal
  onTold(told: Told): void
  /** Called with each answer, also one that there is nothing new. */
  onAnswer(topic: string): void
}

/**
 * Reads the topics again and again, for as long as no stream gets through: the same snapshots, each as soon as it is there.
 * One or two topics are held by the server until they change; more of them would take all of the browser's connections,
 * and are asked for in turn. Resolves when all have ended, and rejects when something other than the API answered.
 */
export async function longPoll(options: LongPoll): Promise<void> {
  const { topics, shown, signal } = options
  const list = topicsList(topics)
  const isHeld = list.length <= HELD_REQUESTS
  const etags = new Map<string, string>()

  async function follow(some: typeof list): Promise<void> {
    const open = () => some.filter((topic) => !shown.hasEnded(keyOf(topic)))
    // The first answer comes at once: until there is one, nobody knows that polls get through.
    for (let isFirst = true; open().length > 0 && !signal.aborted; isFirst = false) {
      for (const topic of open()) await ask(topic, isHeld && !isFirst)
      // Without an id, as where a proxy takes the ETag away, a request is not held.
      const isAnsweredAtOnce = !isHeld || open().some((topic) => !shown.idOf(keyOf(topic)))
      if (isAnsweredAtOnce && open().length > 0) await pause(signal)
    }
  }

  async function ask(topic: (typeof list)[number], mayWait: boolean): Promise<void> {
    const key = keyOf(topic)
    const id = shown.idOf(key)
    const etag = etags.get(key)
    const query = mayWait && id ? `?after=${encodeURIComponent(id)}` : ''
    const askedAt = serverClock.localNow()
    const response = await fetch(options.base + addressOf(topic) + query, {
      ...accessInit(options.access, { Accept: 'application/json', ...(!isHeld && etag && { 'If-None-Match': etag }) }),
      signal: either(signal, timeoutSignal(REQUEST_TIMEOUT_MS)),
    })
    const code = await problemCode(response)
    const reason = isMissing(code) ? 'deleted' : code && endReasons[code]
    if (signal.aborted) return
    if (reason) {
      options.onTold({ topic: key, id: '', event: 'end', data: { reason, ...topic } })
    } else if (response.status === 200 && typeIs(response, 'application/json')) {
      const answer = (await response.json()) as Poll | Room
      if (signal.aborted) return
      const newEtag = response.headers.get('etag')
      if (newEtag) etags.set(key, newEtag)
      const poll = 'code' in answer ? answer.poll : answer
      if (poll) serverClock.note(poll.now, askedAt)
      options.onTold(toldOf(answer, idOfEtag(newEtag)))
    } else if (response.status !== 204 && response.status !== 304) {
      throw new Error(`The API did not answer: status ${response.status}`)
    }
    options.onAnswer(key)
  }

  await Promise.all(isHeld ? list.map((topic) => follow([topic])) : [follow(list)])
}

const pause = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, PAUSE_MS)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

/** AbortSignal.any, for browsers that lack it. */
function either(one: AbortSignal, other: AbortSignal): AbortSignal {
  const both = new AbortController()
  for (const signal of [one, other]) {
    if (signal.aborted) both.abort()
    signal.addEventListener('abort', () => both.abort(), { once: true })
  }
  return both.signal
}
