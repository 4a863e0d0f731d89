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
  return { poll, vote, from, preflight }
}

const permissions = (answer: Response) =>
  [...answer.headers.keys()].filter((name) => name.startsWith('access-control-allow'))

test('no other origin is allowed by default', async () => {
  const { poll, vote, from, preflight } = await setUp([])
  expect(permissions(await preflight(FRIEND))).toEqual([])
  expect(permissions(await from(FRIEND, routes.poll(poll.id)))).toEqual([])
  expect(permissions(await from(FRIEND, routes.votes(poll.id), vote))).toEqual([])
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
    expect(permissions(answer), origin).toEqual([])
    // A cache must not give the answer for one origin to another.
    expect(answer.headers.get('Vary')).toMatch(/origin/i)
  }
})
