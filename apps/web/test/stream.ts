import { until } from '@pollcast/api/testing/until'
import type { Snapshot, View } from '@pollcast/shared/poll'
import type { RoomEvent } from '@pollcast/shared/room'
import type { EndData } from '@pollcast/shared/stream'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import type { Access } from '../src/api/access.ts'
import { openStream, type StreamClient, type StreamState } from '../src/api/stream-client.ts'
import { deliver, type OfEpoch } from '../src/api/told.ts'
import type { Topics } from '../src/api/topics.ts'
import { type Answer, runEventLoop, startServer, type TestServer } from './server.ts'
import { pollOf, snapshot as someSnapshot } from './snapshot.ts'

export type Response = Parameters<Answer>[0]

// A server, and what a stream of it has told, anew for each test of a file that calls `serveStreams`. Time is virtual.
export let server: TestServer
export let client: StreamClient | undefined
export let states: StreamState[]
export let snapshots: Snapshot[]
export let ended: string[]
export let rooms: RoomEvent[]

/** To be called by each test file: the next one may share this module with it. */
export function serveStreams(): void {
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    states = []
    snapshots = []
    ended = []
    rooms = []
    server = await startServer((res) => sendHead(res).write(frame(1)))
  })

  afterEach(async () => {
    client?.close()
    vi.useRealTimers()
    await server.close()
  })
}

export function listen(polls = ['poll']): void {
  open({ polls })
}

export function open(topics: Topics, access?: Access, addressOf: (topics: Topics) => string = () => server.url): void {
  const listener = {
    onSnapshot: ({ epoch: _, ...snapshot }: OfEpoch<Snapshot>) => snapshots.push(snapshot),
    onRoom: (room: RoomEvent) => rooms.push(room),
    onEnd: ({ reason, pollId, roomCode }: EndData) => ended.push(`${pollId ?? roomCode} ${reason}`),
  }
  client = openStream({
    addressOf,
    topics,
    ...(access && { access }),
    onTold: (told) => deliver(told, listener),
    onState: (state) => states.push(state),
  })
}

/** The response to the next request, once its headers are sent. */
export function openResponse(): Promise<Response> {
  return new Promise((resolve) => {
    server.answer = (res) => {
      sendHead(res).flushHeaders()
      resolve(res)
    }
  })
}

export function sendHead(res: Response): Response {
  return res.writeHead(200, { 'Content-Type': 'text/event-stream' })
}

export function frame(revision: number, text?: string, pollId?: string): string {
  return updateOf(snapshot(revision, text, pollId))
}

export const idOf = ({ pollId, view, revision }: Snapshot, epoch = 'E1') => `${epoch}.${pollId}.${view}.${revision}.MAC`

export const updateOf = (data: Snapshot, epoch?: string) =>
  `event: update\nid: ${idOf(data, epoch)}\ndata: ${JSON.stringify(data)}\n\n`

export function endFrame(end: EndData = { reason: 'deleted', pollId: 'poll' }): string {
  return `event: end\ndata: ${JSON.stringify(end)}\n\n`
}

export function snapshot(revision: number, text = 'A', pollId = 'poll', view: View = 'public'): Snapshot {
  const choices = [{ id: 1, text, votes: revision }]
  return { ...someSnapshot(revision, revision), now: '2030-01-01T00:00:00.000Z', pollId, view, choices }
}

/** Neither time nor a page that is shown again makes it connect. */
export async function staysGone(): Promise<void> {
  vi.advanceTimersByTime(600_000)
  client?.reconnect()
  client?.reconnectIfSilent()
  await runEventLoop(20)
  expect(states.at(-1)).toBe('gone')
  expect(server.requests).toBe(1)
}

export const isWaiting = () => states.at(-1) === 'reconnecting'

/** Lets time pass, slowly enough for answers to come in between, until the condition holds. */
export const passUntil = (condition: () => boolean) =>
  until(() => {
    if (condition()) return true
    vi.advanceTimersByTime(50)
    return false
  })

/** A server whose streams no proxy lets through: what a GET of the topic answers is `answerPoll`. */
export function bufferStreams(answerPoll: Answer): {
  isBuffering: boolean
  streams: number
  asked: (string | undefined)[]
} {
  const seen = { isBuffering: true, streams: 0, asked: [] as (string | undefined)[] }
  server.answer = (res, req) => {
    if (req.headers.accept !== 'text/event-stream') {
      seen.asked.push(req.url)
      return answerPoll(res, req)
    }
    seen.streams += 1
    if (!seen.isBuffering) sendHead(res).write(frame(9))
  }
  return seen
}

export const pollAnswer = (res: Response, revision: number) => {
  const body = pollOf(snapshot(revision))
  const headers = { 'Content-Type': 'application/json', ETag: `W/"${idOf(snapshot(revision))}-"` }
  return res.writeHead(200, headers).end(JSON.stringify(body))
}
