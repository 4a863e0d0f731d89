import { pollListSchema, pollSchema } from '@pollcast/shared/poll'
import { resultsSchema } from '@pollcast/shared/results'
import { roundsSchema } from '@pollcast/shared/rounds'
import { routes } from '@pollcast/shared/routes'
import type { Visibility } from '@pollcast/shared/settings'
import { expect, test } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { query } from '../../../testing/database.ts'
import { EventReader } from '../../../testing/event-reader.ts'
import { Host } from '../../../testing/host.ts'
import { pollAt } from '../../../testing/poll-states.ts'
import { routerRoutes } from '../../../testing/router-routes.ts'
import { bearer, Voter } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'
import type { PollReader } from '../../polls/ports.ts'
import { pollFor } from './polls.ts'

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
  for (const path of [routes.roomBallotsCsv, routes.roomResultsCsv, routes.roomResultsJson]) {
    await readProblem('results-hidden', await get(path(host.code)))
  }
  const { rounds, moves } = await readAs(roundsSchema, 200, await get(routes.rounds(poll.id)))
  expect(rounds.at(-1)?.choices).toMatchObject([
    { votes: null, share: null },
    { votes: null, share: null },
  ])
  expect(moves).toEqual([])
  expect(await (await get(routes.room(host.code))).text()).not.toMatch(/"votes":\d|"totalVotes":\d/)
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
  // Nor are its ballots published.
  await parts.host.change(parts.poll.id, { status: 'closed', publishBallots: true })
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

test('who voted before a new round sees nothing of it either where it begins while they ask', async () => {
  const after = { ...pollAt(9, 'abcdefgh', { round: 2, resultsVisibility: 'after-vote' }) }
  const asked: unknown[] = []
  // The poll was read in its second round; a ballot that is there in the first, and in the third by now, is none in it.
  const reader = {
    find: async () => after,
    answer: async (of: { id: string; round: number }) => {
      asked.push(of.round)
      return of.round === 2 ? undefined : [1]
    },
  } as unknown as PollReader
  const viewer = { voter: { voterId: 'me' }, hostKeyHash: undefined }
  const shown = await pollFor(viewer, after.id, { reader, serverKey: 'key', basePath: '' })
  expect(shown).toMatchObject({ round: 2, view: 'public', ownChoiceIds: [], ownReceipt: null, totalVotes: null })
  expect(asked).toEqual([2])
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

/** Every address that can be read, of a poll and its room. */
const addressesOf = (url: string, pollId: string, code: string): string[] =>
  routerRoutes()
    .filter(({ method, path }) => method === 'GET' && path !== routes.health && path !== routes.ready)
    .map(({ path }) => path.replace(':id', pollId).replace(':code', code))
    .flatMap((path) => {
      if (path === routes.streams) return [`${path}?polls=${pollId}&rooms=${code}`]
      if (path === routes.officeManifest) return [`${path}?room=${code}`]
      if (path !== routes.oembed) return [path]
      return [routes.pollPage(pollId), routes.roomPage(code)].map((shown) => `${path}?url=${url}${shown}`)
    })

/** All that a stranger gets of it, without what differs from answer to answer. */
async function seenAt(url: string, path: string): Promise<string> {
  const steady = (text: string) =>
    text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replace(/"voterToken":"[^"]*"/g, '')
  if (/stream/.test(path)) {
    const stream = await EventReader.open(url + path)
    await stream.next()
    // Of several, each has its own.
    if (path.includes(',') || path.includes('&')) await stream.next()
    stream.close()
    return steady(stream.text)
  }
  const answer = await fetch(url + path)
  const headers = [...answer.headers].filter(([name]) => !['date', 'set-cookie', 'keep-alive'].includes(name))
  const body = Buffer.from(await answer.arrayBuffer()).toString('latin1')
  return steady(JSON.stringify([answer.status, headers]) + body)
}

/** Numbers that no id, time or size has in it, and their shares of the voters. */
const TELLTALES = /7.?310.?457|2.?690.?913|0?\.73094|0?\.26905|\b73 ?%|\b27 ?%/

const setVotes = async (databasePath: string, pollId: string, first: number, second: number) => {
  for (const [index, value] of [first, second].entries()) {
    const id = `(SELECT key FROM counter WHERE poll_id = ? ORDER BY key LIMIT 1 OFFSET ${index})`
    await query(databasePath, `UPDATE counter SET value = ? WHERE poll_id = ? AND key = ${id}`, [value, pollId, pollId])
  }
  await query(databasePath, 'UPDATE poll SET voters = 10001370 WHERE id = ?', [pollId])
}

test.each<[Visibility]>([['after-vote'], ['after-close'], ['host']])(
  'whatever was voted for, each address there is answers a stranger with the same bytes: %s',
  async (resultsVisibility) => {
    const { url, databasePath } = await openApp({ webRoot: webBuild() })
    const { host, poll } = await Host.ofPoll(url, { resultsVisibility, listed: true })
    const read = async () => {
      const seen = new Map<string, string>()
      for (const path of addressesOf(url, poll.id, host.code)) seen.set(path, await seenAt(url, path))
      return seen
    }
    await setVotes(databasePath, poll.id, 7_310_457, 2_690_913)
    const before = await read()
    await setVotes(databasePath, poll.id, 1, 10_001_369)
    const after = await read()
    expect([...before.keys()]).toEqual(expect.arrayContaining([routes.chartPng(poll.id), routes.roomEmbed(host.code)]))
    for (const [path, text] of before) {
      expect([path, after.get(path)]).toEqual([path, text])
      expect([path, TELLTALES.exec(text)]).toEqual([path, null])
    }
    for (const path of [routes.chartSvg, routes.chartPng])
      await readProblem('results-hidden', await fetch(url + path(poll.id)))
  },
)

test('the same search finds the results of a poll that hides nothing, wherever they are shown', async () => {
  const { url, databasePath } = await openApp({ webRoot: webBuild() })
  const { host, poll } = await Host.ofPoll(url, { listed: true })
  await setVotes(databasePath, poll.id, 7_310_457, 2_690_913)
  const found: string[] = []
  for (const path of addressesOf(url, poll.id, host.code)) if (TELLTALES.test(await seenAt(url, path))) found.push(path)
  expect(found.map((path) => path.replace(poll.id, ':id').replace(host.code, ':code')).toSorted()).toEqual(
    [
      routes.poll(':id'),
      routes.stream(':id'),
      `${routes.streams}?polls=:id&rooms=:code`,
      routes.resultsCsv(':id'),
      routes.resultsJson(':id'),
      routes.chartSvg(':id'),
      routes.rounds(':id'),
      routes.room(':code'),
      routes.roomStream(':code'),
      routes.roomResultsCsv(':code'),
      routes.roomResultsJson(':code'),
      routes.pollPage(':id'),
      routes.roomPage(':code'),
      routes.screenPage(':code'),
      routes.hostPage(':code'),
      routes.pollEmbed(':id'),
      routes.roomEmbed(':code'),
    ].toSorted(),
  )
})

test('who may see no results of a room is told why, and its host gets a file all the same', async () => {
  const { url, host, poll } = await setUp('host')
  const problems = async () =>
    Promise.all(
      [routes.roomResultsCsv, routes.roomResultsJson].map(async (path) => {
        return (await readProblem('results-hidden', await fetch(url + path(host.code)))).detail
      }),
    )
  expect(new Set(await problems())).toEqual(new Set(['The results of this poll are hidden for now.']))
  await host.move(null)
  expect((await problems())[0]).toMatch(/^No poll is on in this room now\./)
  for (const path of [routes.roomResultsCsv, routes.roomResultsJson]) {
    const answer = await host.ask(path(host.code))
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain(poll.id)
  }
  await host.move(poll.id)
  await host.change(poll.id, { resultsVisibility: 'always' })
  expect(await (await fetch(url + routes.roomResultsCsv(host.code))).text()).toContain(',7,')
})
