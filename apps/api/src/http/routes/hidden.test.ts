import { pollListSchema, pollSchema } from '@pollcast/shared/poll'
import { resultsSchema } from '@pollcast/shared/results'
import { roundsSchema } from '@pollcast/shared/rounds'
import { routes } from '@pollcast/shared/routes'
import type { Visibility } from '@pollcast/shared/settings'
import { expect, test } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { EventReader } from '../../../testing/event-reader.ts'
import { Host } from '../../../testing/host.ts'
import { bearer, Voter } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'

/** Twelve have voted: seven for tea and five for coffee, which no other number says. */
const setUp = async (resultsVisibility: Visibility, resultsFromVoters = 0) => {
  const app = await openApp({ webRoot: webBuild() })
  const { host, poll } = await Host.ofPoll(app.url, { resultsVisibility, resultsFromVoters, listed: true })
  const [tea = 0, coffee = 0] = poll.choices.map(({ id }) => id)
  const voters = Array.from({ length: 12 }, () => new Voter(app.url))
  for (const [index, voter] of voters.entries()) await voter.vote(poll.id, index < 7 ? tea : coffee)
  const get = (path: string) => fetch(app.url + path)
  return { ...app, host, poll, tea, coffee, voters, get }
}

const nothing = { resultsHidden: true, totalVotes: null, choices: [{ votes: null }, { votes: null }] }

/** Reads every route as a stranger, who shall find how many voted and not for what. */
const findNothing = async ({ url, host, poll, get }: Awaited<ReturnType<typeof setUp>>) => {
  expect(await readAs(pollSchema, 200, await get(routes.poll(poll.id)))).toMatchObject({ voters: 12, ...nothing })
  const { polls } = await readAs(pollListSchema, 200, await get(routes.polls))
  expect(polls.find(({ id }) => id === poll.id)).toMatchObject({ voters: 12 })
  for (const path of [routes.stream(poll.id), routes.streamOf([poll.id])]) {
    const stream = await EventReader.open(url + path)
    expect((await stream.next()).data).toMatchObject({ voters: 12, ...nothing })
  }
  const ofRoom = await EventReader.open(url + routes.roomStream(host.code))
  expect((await ofRoom.next()).data.poll).toMatchObject({ voters: 12, ...nothing })
  for (const path of [routes.resultsCsv, routes.resultsJson, routes.ballotsCsv]) {
    await readProblem('results-hidden', await get(path(poll.id)))
  }
  await readProblem('results-hidden', await get(routes.roomBallotsCsv(host.code)))
  const { rounds, moves } = await readAs(roundsSchema, 200, await get(routes.rounds(poll.id)))
  expect(rounds.at(-1)?.choices).toMatchObject([
    { votes: null, share: null },
    { votes: null, share: null },
  ])
  expect(moves).toEqual([])
  for (const path of [routes.room(host.code), routes.roomResultsJson(host.code), routes.roomResultsCsv(host.code)]) {
    const text = await (await get(path)).text()
    expect(text).not.toMatch(/"votes":\d|"totalVotes":\d|,7,|,5,/)
  }
  for (const path of [routes.pollPage(poll.id), routes.roomPage(host.code), routes.listPage]) {
    // The front page has another poll to try.
    const page = (await (await get(path)).text()).replace(/"demo":\{.*?"ownReceipt":null\},/, '')
    expect(page).not.toMatch(/"votes":\d|"totalVotes":\d|\b[57] votes?\b|58 ?%|width="5[0-9.]+%"/)
  }
}

test.each<[Visibility, number]>([
  ['after-vote', 0],
  ['after-close', 0],
  ['host', 0],
  ['always', 13],
  ['after-vote', 13],
])('of a poll that shows results %s, and from %i voters on, a stranger finds none', async (visibility, from) => {
  const parts = await setUp(visibility, from)
  await findNothing(parts)
  // The host finds them all.
  const { host, poll } = parts
  expect(await host.read(poll.id)).toMatchObject({
    view: 'host',
    totalVotes: 12,
    choices: [{ votes: 7 }, { votes: 5 }],
  })
  const { rounds } = await readAs(resultsSchema, 200, await host.ask(routes.resultsJson(poll.id)))
  expect(rounds[0]?.choices.map(({ votes }) => votes)).toEqual([7, 5])
  expect((await host.room()).poll).toMatchObject({ totalVotes: 12 })
})

test.each<[Visibility, boolean, boolean]>([
  ['always', true, true],
  ['after-vote', true, true],
  ['after-close', false, true],
  ['host', false, false],
])(
  'who has voted sees results that show %s while it is open: %s, when it is closed: %s',
  async (visibility, open, closed) => {
    const { host, poll, tea, voters } = await setUp(visibility)
    const [voter] = voters as [Voter]
    const sees = async () => {
      const shown = await voter.read(poll.id)
      expect(shown.ownChoiceIds).toEqual([tea])
      return !shown.resultsHidden
    }
    expect(await sees()).toBe(open)
    expect(!(await voter.vote(poll.id, tea)).resultsHidden).toBe(open)
    await host.change(poll.id, { status: 'closed' })
    expect(await sees()).toBe(closed)
  },
)

test('the results of a closed poll that its host reserved stay hidden from a stranger', async () => {
  const parts = await setUp('host')
  await parts.host.change(parts.poll.id, { status: 'closed' })
  await findNothing(parts)
})

test('a hidden poll moves with its number of voters alone: not in revision, ETag, frames or their size', async () => {
  const { url, host, poll, coffee, voters } = await setUp('after-close')
  const [first] = voters as [Voter]
  const stream = await EventReader.open(url + poll.streamUrl)
  const ofRoom = await EventReader.open(url + routes.roomStream(host.code))
  const before = (await stream.next()).data
  await ofRoom.next()
  const etag = async () => (await fetch(url + routes.poll(poll.id))).headers.get('ETag')
  const tag = await etag()
  for (const voter of voters.slice(0, 5)) await voter.vote(poll.id, coffee)
  expect(await etag()).toBe(tag)
  expect((await first.read(poll.id)).revision).toBe(before.revision)
  await new Voter(url).vote(poll.id, coffee)
  const next = await stream.next()
  expect(next.data).toMatchObject({ revision: before.revision + 1, voters: 13, ...nothing })
  expect((await ofRoom.next()).data).toMatchObject({ voters: 13, ...nothing })
  expect([stream.unread, ofRoom.unread]).toEqual([0, 0])
  expect(await etag()).not.toBe(tag)
  // Each vote's frame is as long as the other's, whatever was voted for.
  await new Voter(url).vote(poll.id, poll.choices[0]?.id ?? 0)
  const later = await stream.next()
  expect(JSON.stringify(later.data)).toHaveLength(JSON.stringify(next.data).length)
})

test('a reveal comes in the event, to streams of the poll and of its room', async () => {
  const { url, host, poll } = await setUp('host')
  const streams = await Promise.all(
    [poll.streamUrl, routes.roomStream(host.code)].map((path) => EventReader.open(url + path)),
  )
  for (const stream of streams) await stream.next()
  await host.change(poll.id, { resultsVisibility: 'always' })
  for (const stream of streams) {
    const event = await stream.next()
    const shown = event.event === 'room' ? event.data.poll : event.data
    expect(shown).toMatchObject({ resultsHidden: false, totalVotes: 12, choices: [{ votes: 7 }, { votes: 5 }] })
  }
  await host.change(poll.id, { resultsVisibility: 'host' })
  for (const stream of streams) {
    const event = await stream.next()
    expect(event.event === 'room' ? event.data.poll : event.data).toMatchObject({ voters: 12, ...nothing })
  }
  expect(await host.actions()).toEqual(['created', 'revealed', 'hidden'])
})

test('closing reveals what is shown after the close, in the event', async () => {
  const { url, host, poll } = await setUp('after-close')
  const stream = await EventReader.open(url + poll.streamUrl)
  const before = (await stream.next()).data
  await host.change(poll.id, { status: 'closed' })
  const { data } = await stream.next()
  expect(data).toMatchObject({ status: 'closed', resultsHidden: false, totalVotes: 12 })
  expect(data.revision).toBeGreaterThan(before.revision)
})

test('results from so many voters on are shown when that one has voted, in the event', async () => {
  const { url, poll, tea } = await setUp('always', 13)
  const stream = await EventReader.open(url + poll.streamUrl)
  expect((await stream.next()).data).toMatchObject({ voters: 12, ...nothing })
  await new Voter(url).vote(poll.id, tea)
  expect((await stream.next()).data).toMatchObject({ voters: 13, resultsHidden: false, totalVotes: 13 })
})

test('the host’s streams show results that are hidden from others', async () => {
  const { url, host, poll, tea } = await setUp('host')
  for (const path of [poll.streamUrl, routes.roomStream(host.code)]) {
    const stream = await EventReader.open(url + path, bearer(host.key))
    const { data } = await stream.next()
    expect(data.poll ?? data).toMatchObject({ view: 'host', totalVotes: expect.any(Number) })
    const { totalVotes } = data.poll ?? data
    await new Voter(url).vote(poll.id, tea)
    const next = await stream.nextLike(
      ({ data: { voters, poll: on } }) => (on?.voters ?? voters) === (totalVotes ?? 0) + 1,
    )
    expect(next.data.poll ?? next.data).toMatchObject({ totalVotes: (totalVotes ?? 0) + 1 })
  }
})

test('the tabs of who votes show results when the vote lands, on poll and room streams, and nobody else’s do', async () => {
  const { url, host, poll, tea } = await setUp('after-vote')
  const voter = new Voter(url)
  await voter.read(poll.id)
  const cookie = { Cookie: voter.cookieHeader }
  const paths = [poll.streamUrl, poll.streamUrl, routes.roomStream(host.code), routes.streamOf([poll.id])]
  const tabs = await Promise.all(paths.map((path) => EventReader.open(url + path, cookie)))
  const stranger = await EventReader.open(url + poll.streamUrl)
  for (const stream of [...tabs, stranger]) {
    const { data } = await stream.next()
    expect(data.poll ?? data).toMatchObject({ view: 'public', ...nothing })
  }
  expect(await voter.vote(poll.id, tea)).toMatchObject({ view: 'voted', resultsHidden: false, totalVotes: 13 })
  for (const tab of tabs) {
    const { data } = await tab.nextLike(({ data: { view, poll: on } }) => (on?.view ?? view) === 'voted')
    expect(data.poll ?? data).toMatchObject({ voters: 13, totalVotes: 13, resultsHidden: false })
  }
  expect((await stranger.next()).data).toMatchObject({ view: 'public', voters: 13, ...nothing })
  // From the next vote on, each sees what is theirs.
  await new Voter(url).vote(poll.id, tea)
  for (const tab of tabs) {
    expect((await tab.nextLike(({ data: { voters } }) => voters === 14)).data).toMatchObject({ totalVotes: 14 })
  }
  expect((await stranger.next()).data).toMatchObject({ voters: 14, ...nothing })
  // And so does a tab that they open later.
  const late = await EventReader.open(url + poll.streamUrl, cookie)
  expect((await late.next()).data).toMatchObject({ view: 'voted', totalVotes: 14 })
})

test('who takes their vote back sees the results no more', async () => {
  const { url, poll, voters } = await setUp('after-vote')
  const [voter] = voters as [Voter]
  const tab = await EventReader.open(url + poll.streamUrl, { Cookie: voter.cookieHeader })
  expect((await tab.next()).data.view).toBe('voted')
  const answer = await voter.ask(routes.votes(poll.id), { method: 'DELETE' })
  expect(await answer.json()).toMatchObject({ voters: 11, ownChoiceIds: [], ...nothing })
  expect((await tab.nextLike(({ data: { view } }) => view === 'public')).data).toMatchObject({ voters: 11, ...nothing })
})

test('who voted before a new round sees nothing of it', async () => {
  const { url, host, poll, tea, voters } = await setUp('after-vote')
  const [voter] = voters as [Voter]
  const tab = await EventReader.open(url + poll.streamUrl, { Cookie: voter.cookieHeader })
  expect((await tab.next()).data.view).toBe('voted')
  await host.startRound(poll.id)
  expect((await tab.nextLike(({ data: { round } }) => round === 2)).data).toMatchObject({ voters: 0, ...nothing })
  await new Voter(url).vote(poll.id, tea)
  expect((await tab.nextLike(({ data: { voters: count } }) => count === 1)).data).toMatchObject(nothing)
})

test('a forged id of an event proves nothing', async () => {
  const { url, poll } = await setUp('host')
  const stream = await EventReader.open(url + poll.streamUrl)
  const { id, data } = await stream.next()
  const [epoch] = id.split('.')
  for (const revision of [0, data.revision, data.revision + 1, 24]) {
    const forged = `${epoch}.${poll.id}.host.${revision}.AAAAAAAA`
    for (const headers of [{ 'Last-Event-ID': forged }, {}]) {
      const again = await EventReader.open(`${url}${poll.streamUrl}?after=${forged}`, headers as Record<string, string>)
      expect((await again.next()).event).toBe('snapshot')
    }
  }
})
