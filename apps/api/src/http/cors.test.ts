import { problemSchema } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { openApp } from '../../testing/app.ts'
import { createPoll, json } from '../../testing/voter.ts'

const FRIEND = 'https://slides.example.com'
const STRANGER = 'https://evil.example.org'

const setUp = async (allowedOrigins: string[]) => {
  const { url } = await openApp({ allowedOrigins })
  const { poll } = await createPoll(url)
  const vote = json({ choiceIds: [poll.choices[0]?.id] })
  const from = (origin: string, path: string, init: RequestInit = {}) =>
    fetch(url + path, { ...init, headers: { ...init.headers, Origin: origin } })
  const preflight = (origin: string) =>
    from(origin, routes.votes(poll.id), {
      method: 'OPTIONS',
      headers: {
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type,last-event-id',
      },
    })
  return { url, poll, vote, from, preflight }
}

const permissions = (answer: Response) =>
  [...answer.headers.keys()].filter((name) => name.startsWith('access-control-allow'))

test('by default pages of other origins can read and not vote', async () => {
  const { poll, vote, from, preflight } = await setUp([])
  expect(permissions(await preflight(FRIEND))).toEqual([])
  expect(permissions(await from(FRIEND, routes.votes(poll.id), vote))).toEqual([])
  expect(permissions(await from(FRIEND, routes.poll(poll.id)))).toEqual(['access-control-allow-origin'])
})

test('any origin can read polls, rooms, their files and streams, as a stranger does', async () => {
  const { poll, from } = await setUp([])
  const { roomCode } = poll
  for (const path of [
    routes.polls,
    routes.poll(poll.id),
    routes.room(roomCode),
    routes.rounds(poll.id),
    routes.resultsCsv(poll.id),
    routes.resultsJson(poll.id),
    routes.chartSvg(poll.id),
    routes.roomResultsJson(roomCode),
    routes.stream(poll.id),
    routes.roomStream(roomCode),
    routes.streamOf([poll.id]),
    routes.openapi,
  ]) {
    const answer = await from(STRANGER, path)
    await answer.body?.cancel()
    expect(answer.status, path).toBe(200)
    expect(answer.headers.get('Access-Control-Allow-Origin'), path).toBe('*')
    expect(answer.headers.get('Access-Control-Allow-Credentials'), path).toBeNull()
  }
})

test('any origin can ask what to embed for a poll’s address', async () => {
  const { url, poll, from } = await setUp([])
  const answer = await from(STRANGER, `/oembed?url=${encodeURIComponent(`${url}/polls/${poll.id}`)}`)
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
  expect(await answer.json()).toMatchObject({ type: 'rich' })
})

test('any origin can read why it can not read', async () => {
  const { from } = await setUp([])
  const answer = await from(STRANGER, routes.poll('zzzzzzzz'))
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
  expect(problemSchema.parse(await answer.json()).code).toBe('poll-not-found')
})

test('a page of another origin is no new voter, however often it reads', async () => {
  const { url, poll, from } = await setUp([])
  for (const path of [routes.polls, routes.poll(poll.id), routes.room(poll.roomCode)]) {
    expect((await from(STRANGER, path)).headers.getSetCookie(), path).toEqual([])
    expect((await fetch(url + path)).headers.getSetCookie(), path).toHaveLength(1)
  }
})

test('pages of other origins may ask for what is new, and send no key or code', async () => {
  const { poll, from } = await setUp([])
  const asked = await from(STRANGER, routes.stream(poll.id), {
    method: 'OPTIONS',
    headers: { 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'last-event-id' },
  })
  expect(asked.status).toBe(204)
  expect(asked.headers.get('Access-Control-Allow-Methods')).toBe('GET,HEAD')
  // Authorization and Pollcast-Code are not among them.
  expect(asked.headers.get('Access-Control-Allow-Headers')).toBe('If-None-Match,Last-Event-ID')
})

test('of what is asked of the server about the reader, other origins read nothing', async () => {
  const { from } = await setUp([])
  for (const path of [routes.seen, routes.health, routes.ready, routes.listPage]) {
    expect(permissions(await from(STRANGER, path)), path).toEqual([])
  }
})

test('pages of an allowed origin can read, vote and stream with their cookies', async () => {
  const { poll, vote, from, preflight } = await setUp([FRIEND])
  const asked = await preflight(FRIEND)
  expect(asked.status).toBe(204)
  expect(asked.headers.get('Access-Control-Allow-Methods')?.split(',')).toContain('POST')
  expect(asked.headers.get('Access-Control-Allow-Headers')?.toLowerCase()).toBe('content-type,last-event-id')

  const stream = await from(FRIEND, routes.stream(poll.id))
  await stream.body?.cancel()
  const voted = await from(FRIEND, routes.votes(poll.id), vote)
  expect(voted.status).toBe(201)
  for (const answer of [asked, stream, voted, await from(FRIEND, routes.poll(poll.id))]) {
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(FRIEND)
    expect(answer.headers.get('Access-Control-Allow-Credentials')).toBe('true')
    expect(answer.headers.get('Vary')).toMatch(/origin/i)
  }
})

test('a page of an allowed origin can read why a request was refused, and when to try again', async () => {
  const { from } = await setUp([FRIEND])
  const refused = await from(FRIEND, routes.votes('zzzzzzzz'), json({ choiceIds: [1] }))
  expect(problemSchema.parse(await refused.json()).code).toBe('poll-not-found')
  expect(refused.headers.get('Access-Control-Allow-Origin')).toBe(FRIEND)
  expect(refused.headers.get('Access-Control-Expose-Headers')?.split(',')).toContain('Retry-After')
})

test('an allowed origin allows no other one, however similar', async () => {
  const { poll, from, preflight } = await setUp([FRIEND])
  for (const origin of [
    STRANGER,
    `${FRIEND}.evil.example.org`,
    `${FRIEND}:8443`,
    'http://slides.example.com',
    'null',
  ]) {
    expect(permissions(await preflight(origin)), origin).toEqual([])
    const answer = await from(origin, routes.poll(poll.id))
    // As a stranger, without cookies.
    expect(answer.headers.get('Access-Control-Allow-Origin'), origin).toBe('*')
    expect(answer.headers.get('Access-Control-Allow-Credentials'), origin).toBeNull()
    // A cache must not give the answer for one origin to another.
    expect(answer.headers.get('Vary')).toMatch(/origin/i)
  }
})
