import { pollSchema } from '@pollcast/shared/poll'
import { roomSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import type { NewPollBody } from '@pollcast/shared/settings'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readAs } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { EventReader } from '../../../testing/event-reader.ts'
import { Host } from '../../../testing/host.ts'
import { until } from '../../../testing/until.ts'
import { bearer, Voter } from '../../../testing/voter.ts'

const HOLD_MS = 25_000

/** A poll, and requests that are held. `endHolds` has them be so no longer, as after 25 s. */
const setUp = async (body: Partial<NewPollBody> = {}) => {
  const { url } = await openApp()
  const { host, poll } = await Host.ofPoll(url, body)
  const [tea = 0, coffee = 0] = poll.choices.map(({ id }) => id)
  const holds: (() => void)[] = []
  const setReal = globalThis.setTimeout
  const spy = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((act: (value: unknown) => void, ms, value) => {
    if (ms === HOLD_MS) holds.push(() => act(value))
    return setReal(act, ms, value)
  }) as typeof setTimeout)
  onTestFinished(() => spy.mockRestore())
  /** The id of the event that a stream begins with. */
  const newestOf = async (streamPath: string, headers?: Record<string, string>) => {
    const stream = await EventReader.open(url + streamPath, headers)
    const { id } = await stream.next()
    stream.close()
    return id
  }
  const hold = async (path: string, after: string) => {
    const held = { isAnswered: false, answer: fetch(`${url}${path}?after=${after}`) }
    held.answer.then(() => {
      held.isAnswered = true
    })
    const before = holds.length
    await until(() => holds.length > before)
    return held
  }
  return { url, host, poll, tea, coffee, newestOf, hold, endHolds: () => holds.forEach((act) => void act()) }
}

test.each(['poll', 'room'] as const)('a %s that nothing happens to is answered with 204 after 25 s', async (what) => {
  const { host, poll, newestOf, hold, endHolds } = await setUp()
  const path = what === 'poll' ? routes.poll(poll.id) : routes.room(host.code)
  const held = await hold(path, await newestOf(`${path}/stream`))
  expect(held.isAnswered).toBe(false)
  endHolds()
  const answer = await held.answer
  expect([answer.status, await answer.text()]).toEqual([204, ''])
})

test('a poll and its room are answered as soon as there is a vote, and at once where there was one', async () => {
  const { url, host, poll, tea, newestOf, hold } = await setUp()
  const ofPoll = await newestOf(poll.streamUrl)
  const ofRoom = await newestOf(routes.roomStream(host.code))
  const held = await hold(routes.poll(poll.id), ofPoll)
  await new Voter(url).vote(poll.id, tea)
  expect(await readAs(pollSchema, 200, await held.answer)).toMatchObject({ voters: 1, totalVotes: 1 })
  const room = await fetch(`${url}${routes.room(host.code)}?after=${ofRoom}`)
  expect((await readAs(roomSchema, 200, room)).poll).toMatchObject({ voters: 1, totalVotes: 1 })
})

test('a room that is as the client has it is answered with 304, and to its host never', async () => {
  const { url, host, poll, tea } = await setUp()
  const path = url + routes.room(host.code)
  // Else fetch adds no-cache to its own If-None-Match.
  const askAgain = (etag: string, headers = {}) =>
    fetch(path, { headers: { 'If-None-Match': etag, 'Cache-Control': 'max-age=0', ...headers } })
  const etag = (await fetch(path)).headers.get('ETag') ?? ''
  expect((await askAgain(etag)).status).toBe(304)
  await new Voter(url).vote(poll.id, tea)
  expect((await askAgain(etag)).status).toBe(200)
  const hosts = await askAgain(etag, bearer(host.key))
  expect([hosts.status, hosts.headers.get('ETag')]).toEqual([200, null])
})

test('of a poll whose results are hidden a long poll tells the number of voters and nothing else', async () => {
  const { url, host, poll, tea, coffee, newestOf, hold } = await setUp({ resultsVisibility: 'host' })
  const first = new Voter(url)
  await first.vote(poll.id, tea)
  for (const path of [routes.poll(poll.id), routes.room(host.code)]) {
    const after = await newestOf(`${path}/stream`)
    const hostsAfter = await newestOf(poll.streamUrl, bearer(host.key))
    const held = await hold(path, after)
    // Whoever changes their vote is one voter as before. The host is told, so it was published.
    const { voters } = await first.vote(poll.id, path === routes.poll(poll.id) ? coffee : tea)
    const hosts = await fetch(`${url}${routes.poll(poll.id)}?after=${hostsAfter}`, { headers: bearer(host.key) })
    expect(await readAs(pollSchema, 200, hosts)).toMatchObject({ voters, view: 'host' })
    expect(held.isAnswered).toBe(false)
    await new Voter(url).vote(poll.id, coffee)
    const answer = await held.answer
    expect(answer.headers.get('ETag')).not.toBeNull()
    const isPoll = path === routes.poll(poll.id)
    const shown = isPoll ? await readAs(pollSchema, 200, answer) : (await readAs(roomSchema, 200, answer)).poll
    expect(shown).toMatchObject({
      voters: voters + 1,
      resultsHidden: true,
      totalVotes: null,
      choices: [{ votes: null }, { votes: null }],
    })
  }
})
