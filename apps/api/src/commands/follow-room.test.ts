import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Snapshot } from '@pollcast/shared/poll'
import type { RoomEvent } from '@pollcast/shared/room'
import { expect, onTestFinished, test } from 'vitest'
import { sharedPoll } from '../../testing/shared-poll.ts'
import { followRoom } from './follow-room.ts'

const snapshot = {
  pollId: 'tabspace',
  view: 'public',
  round: 1,
  revision: 1,
  status: 'open',
  voters: 0,
  totalVotes: 0,
  choices: [{ id: 1, text: 'Pizza', votes: 0 }],
  closesAt: null,
  now: '2026-01-01T00:00:00.000Z',
  resultsHidden: false,
} satisfies Snapshot
const { pollId: id, ...shown } = snapshot
const poll = sharedPoll({ ...shown, id })
const room: RoomEvent = { code: '472915', title: '', currentPollId: id, poll }

const stream =
  (...events: [name: string, data: unknown][]) =>
  (res: ServerResponse) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' })
    res.end(events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join(''))
  }

const refusal = (status: number, code: string) => (res: ServerResponse) => {
  res.writeHead(status, { 'Content-Type': 'application/problem+json' })
  res.end(JSON.stringify({ title: '', status, code, detail: `As ${code} says.` }))
}

/** Follows the room of a server that answers so, one request after the other, until that is over. */
async function follow(...answers: ((res: ServerResponse) => void)[]) {
  const server = createServer((_, res) => answers.shift()?.(res)).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  const rooms: RoomEvent[] = []
  let lost = 0
  // By this name, as answers of 127.0.0.1 have to be as the API's document says.
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  const followed = followRoom(url, '472915', { onRoom: (next) => rooms.push(next), onLost: () => (lost += 1) })
  const end = await followed.catch((error: Error) => error.message)
  return { rooms, lost, end, unasked: answers.length }
}

const ended = ['end', { reason: 'deleted' }] as [string, unknown]

test('fields and events of a newer server are left out', async () => {
  const choices = [{ id: 1, text: 'Pizza', votes: 1, picture: 'pizza.png' }]
  const { rooms, end } = await follow(
    stream(
      ['room', { ...room, theme: 'dark', poll: { ...poll, picture: 'lunch.png' } }],
      ['applause', { times: 3 }],
      ['update', { ...snapshot, revision: 2, voters: 1, totalVotes: 1, choices, mood: 'good' }],
      ended,
    ),
  )
  const voted = { revision: 2, voters: 1, totalVotes: 1, choices: [{ id: 1, text: 'Pizza', votes: 1 }] }
  expect(rooms).toEqual([room, { ...room, poll: { ...poll, ...voted } }])
  expect(end).toBeUndefined()
})

test('a newer server whose events can’t be read at all ends it, with a sentence', async () => {
  const { end } = await follow(stream(['room', room], ['update', { ...snapshot, choices: 'many' }]))
  expect(end).toMatch(/^The server sends what this version of Pollcast can’t read\./)
})

test('an event without end ends it, with a sentence', async () => {
  const { end } = await follow((res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' })
    const more = () => res.write('x'.repeat(100_000), () => !res.destroyed && setImmediate(more))
    more()
  })
  expect(end).toMatch(/^The server sends what this version of Pollcast can’t read\./)
})

test('a room that was deleted while the connection was lost ends it', async () => {
  expect(await follow(stream(['room', room]), refusal(410, 'room-deleted'))).toMatchObject({ lost: 1, end: undefined })
})

test.each([
  [401, 'invalid-host-key'],
  [404, 'room-not-found'],
])('%i ends it, with what the server says', async (status, code) => {
  const { end, unasked } = await follow(stream(['room', room]), refusal(status, code))
  expect([end, unasked]).toEqual([`As ${code} says.`, 0])
})

test('a proxy that finds no server ends nothing', async () => {
  const fromProxy = (res: ServerResponse) => res.writeHead(404).end('404 page not found')
  const { lost, end } = await follow(stream(['room', room]), fromProxy, refusal(410, 'room-deleted'))
  expect([lost, end]).toEqual([2, undefined])
})
