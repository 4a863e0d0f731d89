import { join } from 'node:path'
import type { Challenge } from '@pollcast/shared/proof-of-work'
import { roomSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { expect, onTestFinished, test } from 'vitest'
import { readAs } from '../testing/answer.ts'
import { EventReader } from '../testing/event-reader.ts'
import { ProofSolver } from '../testing/proof-solver.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { SettableClock } from '../testing/settable-clock.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { until } from '../testing/until.ts'
import { bearer, createPollOf, json, patch, Voter } from '../testing/voter.ts'

const setUp = async (environment: Record<string, string> = {}) => {
  const clock = await SettableClock.create()
  const DATABASE_URL = `sqlite:${join(tempFolder(), 'polls.sqlite')}`
  const server = new ServerProcess({ DATABASE_URL, ...clock.environment, ...environment })
  const { url } = await server.address()
  const { poll, room, hostKey } = await createPollOf(url, { choices: ['Tea', 'Coffee'] })
  const [tea = 0, coffee = 0] = poll.choices.map(({ id }) => id)
  return { clock, url, poll, room, hostKey, tea, coffee }
}

const sets = [
  ['an hour ahead', 1],
  ['an hour back', -1],
] as const

test.each(sets)(
  'a clock that is set %s ends no stream and no long poll, and no vote is lost or counted twice',
  async (_, hours) => {
    const { clock, url, poll, room, hostKey, tea, coffee } = await setUp()
    const stream = await EventReader.open(url + poll.streamUrl)
    await stream.next()
    const voter = new Voter(url)
    const vote = (choiceId: number, key: string) => {
      const init = json({ choiceIds: [choiceId] })
      return voter.ask(routes.votes(poll.id), { ...init, headers: { ...init.headers, 'Idempotency-Key': `"${key}"` } })
    }
    await voter.read(poll.id)
    const hosts = await EventReader.open(`${url}${routes.roomStream(room.code)}?watching=on`, bearer(hostKey))
    const { id } = await hosts.next()
    const held = fetch(`${url}${routes.room(room.code)}?after=${encodeURIComponent(id)}`, { headers: bearer(hostKey) })
    await until(() => hosts.watching.at(-1) === 2)
    clock.set(hours)
    const sent = stream.text.length
    const [first, second] = ['first-key-of-the-test', 'second-key-of-the-test']
    expect((await vote(tea, first)).status).toBe(201)
    expect(await readAs(roomSchema, 200, await held)).toMatchObject({ poll: { totalVotes: 1 } })
    expect((await stream.next()).data).toMatchObject({ choices: [{ votes: 1 }, { votes: 0 }] })
    expect((await vote(coffee, second)).status).toBe(201)
    expect((await stream.next()).data).toMatchObject({ choices: [{ votes: 0 }, { votes: 1 }] })

    // What was sent before the clock was set is known after it, and the other way round.
    clock.set(0)
    for (const [choiceId, key] of [
      [tea, first],
      [coffee, second],
    ] as const) {
      expect((await vote(choiceId, key)).status).toBe(201)
    }
    expect(await voter.read(poll.id)).toMatchObject({ voters: 1, choices: [{ votes: 0 }, { votes: 1 }] })
    // The comment that keeps a silent stream alive.
    await until(() => stream.text.includes('\n:', sent))
    expect(stream.ended).toBe(false)
  },
)

test.each(sets)(
  'a clock that is set %s gives no limit back that is used up, and keeps none from coming back',
  async (_, hours) => {
    const { clock, url } = await setUp({ RATE_LIMIT: 'on' })
    const create = async () => {
      const { status, headers } = await fetch(url + routes.polls, json({ question: 'More?', choices: ['Yes', 'No'] }))
      return { status, wait: Number(headers.get('Retry-After')) }
    }
    await until(async () => (await create()).status === 429)
    clock.set(hours)
    const answers = [await create(), await create()]
    // One comes back in two seconds.
    expect(answers.at(-1)).toMatchObject({ status: 429 })
    for (const { wait } of answers) expect(wait).toBeLessThanOrEqual(2)
    await until(async () => (await create()).status === 201)
  },
)

test('a poll whose time is over by a clock that is set ahead is closed; one that is set back gives it that time again', async () => {
  const { clock, url, poll, hostKey, tea } = await setUp()
  const stream = await EventReader.open(url + poll.streamUrl)
  const closesAt = new Date(Date.now() + 30 * 60_000).toISOString()
  expect((await fetch(url + routes.poll(poll.id), patch({ closesAt }, hostKey))).status).toBe(200)
  clock.set(-1)
  await new Voter(url).vote(poll.id, tea)
  await stream.nextLike(({ data }) => data.voters === 1 && data.closesAt === closesAt)
  clock.set(1)
  const late = await new Voter(url).ask(routes.votes(poll.id), json({ choiceIds: [tea] }))
  expect(late.status).toBe(409)
  await stream.nextLike(({ data }) => data.status === 'closed')
})

test.each(sets)(
  'after a clock was set %s a voter beyond the burst of their network is let through by a challenge',
  async (_, hours) => {
    const { clock, url, poll, tea } = await setUp({ RATE_LIMIT: 'on' })
    const solver = new ProofSolver()
    onTestFinished(() => solver.close())
    const vote = async (challenge?: Challenge) => {
      const init = json({ choiceIds: [tea] })
      const proof = challenge && { 'Pollcast-Proof': await solver.solve(challenge) }
      const answer = await fetch(url + routes.votes(poll.id), { ...init, headers: { ...init.headers, ...proof } })
      const { challenge: next } = (await answer.json()) as { challenge?: Challenge }
      return { status: answer.status, next }
    }
    const before = await until(async () => (await vote()).next)
    clock.set(hours)
    const answered = await vote(before)
    // One that has expired meanwhile is refused with another one, which the page solves.
    if (hours > 0) expect(answered).toMatchObject({ status: 429, next: { signature: expect.any(String) } })
    else expect(answered.status).toBe(201)
    expect((await vote(answered.next ?? (await vote()).next)).status).toBe(201)
  },
)
