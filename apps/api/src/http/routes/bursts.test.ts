import { readFileSync } from 'node:fs'
import { pollSchema } from '@pollcast/shared/poll'
import type { Room } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import type { NewPollBody } from '@pollcast/shared/settings'
import { afterAll, expect, test } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { stopClock } from '../../../testing/clock.ts'
import { EventReader } from '../../../testing/event-reader.ts'
import { Host } from '../../../testing/host.ts'
import { ProofSolver } from '../../../testing/proof-solver.ts'
import { until } from '../../../testing/until.ts'
import { json, patch, Voter } from '../../../testing/voter.ts'

const solver = new ProofSolver()
afterAll(() => solver.close())

/** A poll on which an address has used up the votes of new voters that pay nothing, on another one. */
const setUp = async (body: Partial<NewPollBody> = {}) => {
  stopClock()
  const app = await openApp({ rateLimit: true, trustProxy: 1 })
  const { host, poll } = await Host.ofPoll(app.url, body)
  const other = await host.add()
  const vote = async (voter: Voter, pollId: string, choiceId: number, address = '192.0.2.1') => {
    const ballot = json({ choiceIds: [choiceId] })
    const send = (more: Record<string, string> = {}) =>
      voter.ask(routes.votes(pollId), {
        ...ballot,
        headers: { ...ballot.headers, 'X-Forwarded-For': address, ...more },
      })
    const answer = await send()
    if (answer.status !== 429) return answer
    const { challenge } = await readProblem('proof-of-work-required', answer)
    if (!challenge) throw new Error('no challenge')
    return send({ 'Pollcast-Proof': await solver.solve(challenge) })
  }
  const [id = 0] = other.choices.map((choice) => choice.id)
  for (let n = 0; n < 100; n += 1) await vote(new Voter(app.url), other.id, id)
  const ids = poll.choices.map((choice) => choice.id) as [number, number]
  const setVoided = (number: number, voided: boolean, pollId = poll.id) =>
    host.ask(routes.burst(pollId, number), patch({ voided }))
  return { ...app, host, poll, other, ids, vote, setVoided }
}

const burstsIn = ({ log = [] }: Room) => log.flatMap(({ pollId, burst }) => (burst ? [{ pollId, ...burst }] : []))
const votesOf = ({ choices }: { choices: readonly { votes: number | null }[] }) => choices.map(({ votes }) => votes)

test('the host sees a burst in the log, voids it, and has it counted again: every stream follows, with newer revisions', async () => {
  const { url, host, poll, ids, vote, setVoided } = await setUp()
  const stream = await EventReader.open(url + poll.streamUrl)
  expect((await stream.next()).data).toMatchObject({ voters: 0 })
  await vote(new Voter(url), poll.id, ids[0], '192.0.2.2')
  for (let n = 0; n < 3; n += 1) expect((await vote(new Voter(url), poll.id, ids[1])).status).toBe(201)
  const [burst] = burstsIn(await host.room())
  expect(burst).toMatchObject({ pollId: poll.id, round: 1, voters: 3, voided: false })
  const number = burst?.number ?? 0

  const shown = (revision: number) => until(() => stream.events.find(({ data }) => data.revision === revision))
  const voided = await readAs(pollSchema, 200, await setVoided(number, true))
  expect((await shown(voided.revision)).data.voters).toBe(1)
  expect([voided.voters, votesOf(voided)]).toEqual([1, [1, 0]])
  const restored = await readAs(pollSchema, 200, await setVoided(number, false))
  expect([restored.voters, votesOf(restored)]).toEqual([4, [1, 3]])
  expect((await shown(restored.revision)).data.voters).toBe(4)
  const revisions = stream.events.map(({ data }) => data.revision)
  expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b))
  expect((await host.actions()).slice(-2)).toEqual(['burst-voided', 'burst-restored'])
})

test('a voter of a voided burst is told that their vote is not counted, in other polls of the room too', async () => {
  const { url, host, poll, other, ids, vote, setVoided } = await setUp()
  const voter = new Voter(url)
  await vote(voter, poll.id, ids[0])
  await setVoided(burstsIn(await host.room())[0]?.number ?? 0, true)
  // Nor is it shown as theirs, with a receipt that is in no file of ballots.
  expect(await voter.read(poll.id)).toMatchObject({ ownChoiceIds: [], ownReceipt: null })
  const refused = await vote(voter, poll.id, ids[1])
  expect((await readProblem('burst-voided', refused)).detail).toMatch(/one network.* host does not count/)
  expect((await readProblem('burst-voided', await vote(new Voter(url), poll.id, ids[1]))).status).toBe(403)

  // By then they are known; in the next poll they are in the burst that they came with, which can be voided there.
  expect((await vote(voter, other.id, other.choices[1]?.id ?? 0)).status).toBe(201)
  const there = burstsIn(await host.room()).find(({ pollId }) => pollId === other.id)
  expect(there).toMatchObject({ voters: 1, voided: false })
  await setVoided(there?.number ?? 0, true, other.id)
  expect((await host.read(other.id)).voters).toBe(100)
})

test('a burst is one in each poll, under a number that tells nothing of other polls and is not the cookie’s', async () => {
  const { url, host, poll, other, vote } = await setUp()
  const voters = [new Voter(url), new Voter(url)] as const
  for (const { id, choices } of [poll, other]) {
    for (const voter of voters) expect((await vote(voter, id, choices[0]?.id ?? 0)).status).toBe(201)
  }
  const found = burstsIn(await host.room())
  expect(found.map(({ pollId, voters }) => [pollId, voters]).toSorted()).toEqual(
    [
      [poll.id, 2],
      [other.id, 2],
    ].toSorted(),
  )
  const [mark] = /~\d+/.exec(decodeURIComponent(voters[0].cookieHeader)) ?? []
  expect(new Set([...found.map(({ number }) => `~${number}`), mark]).size).toBe(3)
  expect(mark).toBeDefined()
})

test('only the host voids, in a request of that form, a burst that is there', async () => {
  const { url, poll, ids, vote, setVoided, host } = await setUp()
  await vote(new Voter(url), poll.id, ids[0])
  const number = burstsIn(await host.room())[0]?.number ?? 0
  const path = routes.burst(poll.id, number)
  await readProblem('invalid-host-key', await fetch(url + path, patch({ voided: true })))
  await readProblem('invalid-host-key', await fetch(url + path, patch({ voided: true }, 'x'.repeat(32))))
  for (const body of [{}, { voided: 1 }, { voided: true, more: 1 }]) {
    await readProblem('invalid-body', await host.ask(path, patch(body)))
  }
  for (const none of [number + 1, 0, -1, 1.5, 2 ** 31, 'x']) {
    await readProblem('burst-not-found', await host.ask(routes.burst(poll.id, none), patch({ voided: true })))
  }
  expect((await setVoided(number, true)).status).toBe(200)
  expect((await setVoided(number, true)).status).toBe(200)
})

test('what is on disk of a burst is its number, and no address', async () => {
  const { url, host, poll, ids, vote, databasePath } = await setUp()
  await vote(new Voter(url), poll.id, ids[0])
  const number = burstsIn(await host.room())[0]?.number ?? 0
  expect(number).toBeGreaterThan(0)
  const bytes = [databasePath, `${databasePath}-wal`].map((path) => readFileSync(path, 'latin1')).join('')
  expect(bytes).toContain(poll.id)
  expect(bytes).not.toContain('192.0.2')
})

test('a burst that was voided while results wait for a number of voters hides them again', async () => {
  const { url, host, poll, ids, vote, setVoided } = await setUp({ resultsFromVoters: 2 })
  await vote(new Voter(url), poll.id, ids[0])
  await vote(new Voter(url), poll.id, ids[0])
  const reader = new Voter(url)
  expect(await reader.read(poll.id)).toMatchObject({ resultsHidden: false })
  await setVoided(burstsIn(await host.room())[0]?.number ?? 0, true)
  expect(await reader.read(poll.id)).toMatchObject({ resultsHidden: true, voters: 0 })
})
