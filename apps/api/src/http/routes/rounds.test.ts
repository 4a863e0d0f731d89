import { pollSchema } from '@pollcast/shared/poll'
import { resultsSchema, roomResultsSchema } from '@pollcast/shared/results'
import { roundsSchema } from '@pollcast/shared/rounds'
import { routes } from '@pollcast/shared/routes'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { query } from '../../../testing/database.ts'
import { EventReader } from '../../../testing/event-reader.ts'
import { Host } from '../../../testing/host.ts'
import { pollAt } from '../../../testing/poll-states.ts'
import { Voter } from '../../../testing/voter.ts'
import { resultsOf } from '../../polls/exports.ts'
import type { RouteParts } from '../parts.ts'
import { histories } from './histories.ts'

const setUp = async (body: Parameters<typeof Host.ofPoll>[1] = {}) => {
  const app = await openApp()
  const { host, poll } = await Host.ofPoll(app.url, body)
  const [tea = 0, coffee = 0] = poll.choices.map(({ id }) => id)
  const rounds = async () => readAs(roundsSchema, 200, await fetch(app.url + routes.rounds(poll.id)))
  return { ...app, host, poll, tea, coffee, rounds, newVoter: () => new Voter(app.url) }
}

test('a new round begins at zero, open and without a timer, and tells every stream', async () => {
  const { url, host, poll, tea, newVoter } = await setUp()
  const voter = newVoter()
  await voter.vote(poll.id, tea)
  await host.change(poll.id, { status: 'closed' })
  const stream = await EventReader.open(url + poll.streamUrl)
  const before = (await stream.next()).data
  const started = await host.startRound(poll.id)
  expect(started).toMatchObject({ round: 2, status: 'open', voters: 0, totalVotes: 0, closesAt: null })
  const { event, data } = await stream.next()
  expect([event, data.round, data.voters, data.totalVotes]).toEqual(['update', 2, 0, 0])
  expect(data.revision).toBeGreaterThan(before.revision)
  expect(await voter.read(poll.id)).toMatchObject({ round: 2, ownChoiceIds: [], ownReceipt: null })
})

test('rounds are kept side by side, with how many went from which choice to which', async () => {
  const { host, poll, tea, coffee, rounds, newVoter } = await setUp()
  const voters = Array.from({ length: 4 }, newVoter)
  const [stays, moves, leaves, comes] = voters as [Voter, Voter, Voter, Voter]
  for (const voter of [stays, moves, leaves]) await voter.vote(poll.id, tea)
  await host.startRound(poll.id)
  await stays.vote(poll.id, tea)
  await moves.vote(poll.id, coffee)
  await comes.vote(poll.id, coffee)
  const { rounds: found, moves: between } = await rounds()
  expect(
    found.map(({ round, voters: count, choices, endedAt }) => [
      round,
      count,
      choices.map(({ votes }) => votes),
      endedAt !== null,
    ]),
  ).toEqual([
    [1, 3, [3, 0], true],
    [2, 3, [1, 2], false],
  ])
  const sorted = between.map(({ fromChoiceId, toChoiceId, voters: count }) => [fromChoiceId, toChoiceId, count])
  expect(new Set(sorted.map(String))).toEqual(
    new Set(
      [
        [tea, tea, 1],
        [tea, coffee, 1],
        [tea, null, 1],
        [null, coffee, 1],
      ].map(String),
    ),
  )
  expect(between.every(({ fromRound, toRound }) => fromRound === 1 && toRound === 2)).toBe(true)
})

test('files have all rounds, and say which is which', async () => {
  const { url, host, poll, tea, coffee, newVoter } = await setUp()
  await newVoter().vote(poll.id, tea)
  await host.startRound(poll.id)
  await newVoter().vote(poll.id, coffee)
  const other = await host.add({ question: 'Dessert?' })
  const read = async (path: string) =>
    parse(await (await host.ask(path)).text(), { bom: true, columns: true }) as Record<string, string>[]
  const rows = await read(routes.resultsCsv(poll.id))
  expect(rows.map(({ round, choice, votes }) => [round, choice, votes])).toEqual([
    ['1', 'Tea', '1'],
    ['1', 'Coffee', '0'],
    ['2', 'Tea', '0'],
    ['2', 'Coffee', '1'],
  ])
  const ofRoom = await read(routes.roomResultsCsv(host.code))
  expect(ofRoom.slice(0, 4)).toEqual(rows)
  expect(ofRoom.slice(4).map(({ room, poll: id, question }) => [room, id, question])).toEqual(
    Array(2).fill([host.code, other.id, 'Dessert?']),
  )
  const ballots = await read(routes.roomBallotsCsv(host.code))
  expect(ballots.map(({ round, choice, chosen }) => [round, choice, chosen])).toEqual([
    ['1', 'Tea', '1'],
    ['1', 'Coffee', '0'],
    ['2', 'Tea', '0'],
    ['2', 'Coffee', '1'],
  ])
  const document = await readAs(resultsSchema, 200, await host.ask(routes.resultsJson(poll.id)))
  expect(document.rounds.map(({ round, voters }) => [round, voters])).toEqual([
    [1, 1],
    [2, 1],
  ])
  expect(document.log?.map(({ action }) => action)).toEqual(['created', 'round-started'])
  const whole = await readAs(roomResultsSchema, 200, await host.ask(routes.roomResultsJson(host.code)))
  expect(whole.polls.map((one) => one.poll.id)).toEqual([poll.id, other.id])
  expect(whole.log?.length).toBeGreaterThan(2)
  const publicly = await readAs(resultsSchema, 200, await fetch(url + routes.resultsJson(poll.id)))
  expect(publicly).not.toHaveProperty('log')
})

test('a voter finds their ballot under their receipt, which is another one in each round', async () => {
  const { url, host, poll, tea, coffee, newVoter } = await setUp({ publishBallots: true })
  const voter = newVoter()
  await newVoter().vote(poll.id, tea)
  const receipts: (string | null)[] = []
  for (const choice of [tea, coffee]) {
    if (receipts.length > 0) await host.startRound(poll.id)
    const { ownReceipt } = await voter.vote(poll.id, choice)
    expect((await voter.read(poll.id)).ownReceipt).toBe(ownReceipt)
    receipts.push(ownReceipt)
    await readProblem('results-hidden', await fetch(url + routes.ballotsCsv(poll.id)))
    await host.change(poll.id, { status: 'closed' })
    const text = await (await fetch(url + routes.ballotsCsv(poll.id))).text()
    const rows: Record<string, string>[] = parse(text, { bom: true, columns: true })
    expect(rows.find(({ receipt }) => receipt === ownReceipt)).toMatchObject({
      Tea: choice === tea ? '1' : '0',
      Coffee: choice === coffee ? '1' : '0',
    })
  }
  expect(new Set(receipts).size).toBe(2)
})

test('ballots of all rounds are in one table; a choice that a round did not have is blank in it, and not 0', async () => {
  const { url, host, poll, tea, newVoter } = await setUp({ publishBallots: true })
  const voter = newVoter()
  const receipts = [(await voter.vote(poll.id, tea)).ownReceipt]
  await newVoter().vote(poll.id, tea)
  await host.startRound(poll.id)
  const { choices } = await host.change(poll.id, { choices: ['Milk', 'Tea'] })
  receipts.push((await voter.vote(poll.id, choices[0]?.id ?? 0)).ownReceipt)
  const rowsOf = async (answer: Promise<Response>): Promise<string[][]> =>
    parse(await (await answer).text(), { bom: true })
  const [head, ...rows] = await rowsOf(host.ask(routes.ballotsCsv(poll.id)))
  // What the round that is on has comes first, in its order.
  expect(head).toEqual(['round', 'receipt', 'Milk', 'Tea', 'Coffee'])
  expect(rows.map((row) => row.toSpliced(1, 1))).toEqual([
    ['1', '', '1', '0'],
    ['1', '', '1', '0'],
    ['2', '1', '0', ''],
  ])
  const owner = (receipt: string | undefined) => receipts.indexOf(receipt ?? null)
  expect(rows.map((row) => owner(row[1])).toSorted()).toEqual([-1, 0, 1])
  expect(new Set(rows.map((row) => row[1])).size).toBe(3)
  const [, ...ofRoom] = await rowsOf(host.ask(routes.roomBallotsCsv(host.code)))
  expect(ofRoom.map((row) => [row[2], row[5], row[6]].join()).toSorted()).toEqual(
    ['1,Tea,1', '1,Coffee,0', '1,Tea,1', '1,Coffee,0', '2,Milk,1', '2,Tea,0'].toSorted(),
  )
  await host.change(poll.id, { status: 'closed' })
  const published = await rowsOf(fetch(url + routes.ballotsCsv(poll.id)))
  expect(published.toSorted()).toEqual([head, ...rows].toSorted())
})

test('of rounds that too few voted in, no ballot is published', async () => {
  const { url, host, poll, tea, coffee, newVoter } = await setUp({ publishBallots: true, resultsFromVoters: 2 })
  await newVoter().vote(poll.id, tea)
  await host.startRound(poll.id)
  for (const voter of [newVoter(), newVoter()]) await voter.vote(poll.id, coffee)
  await host.change(poll.id, { status: 'closed' })
  const rounds = async (answer: Response) => {
    const rows: Record<string, string>[] = parse(await answer.text(), { bom: true, columns: true })
    return rows.map(({ round }) => round)
  }
  expect(await rounds(await fetch(url + routes.ballotsCsv(poll.id)))).toEqual(['2', '2'])
  expect(await rounds(await host.ask(routes.ballotsCsv(poll.id)))).toEqual(['1', '2', '2'])
})

test('the ballots of a room with many are sent in pieces, each once', async () => {
  const { host, poll, tea, databasePath } = await setUp()
  const other = await host.add()
  for (const [id, choice] of [
    [poll.id, tea],
    [other.id, other.choices[0]?.id],
  ]) {
    await query(
      databasePath,
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3001)
       INSERT INTO ballot (poll_id, round, id, answer) SELECT '${id}', 1, 'v' || i, '[${choice}]' FROM n`,
    )
  }
  const answer = await host.ask(routes.roomBallotsCsv(host.code))
  let pieces = 0
  let text = ''
  for await (const piece of answer.body ?? []) {
    pieces += 1
    text += Buffer.from(piece).toString()
  }
  const rows: Record<string, string>[] = parse(text, { bom: true, columns: true })
  expect(rows).toHaveLength(2 * 2 * 3001)
  expect(new Set(rows.map(({ receipt }) => receipt)).size).toBe(2 * 3001)
  for (const id of [poll.id, other.id]) {
    expect(rows.filter((row) => row.poll === id && row.chosen === '1')).toHaveLength(3001)
  }
  expect(pieces).toBeGreaterThan(10)
})

test('a copy has the same content and settings, no votes, and is told to nobody until it is on', async () => {
  const { url, host, poll, tea, newVoter } = await setUp({ resultsVisibility: 'after-vote', shuffleChoices: true })
  await newVoter().vote(poll.id, tea)
  const answer = await host.ask(routes.copies(poll.id), { method: 'POST' })
  const location = answer.headers.get('Location')
  const copy = await readAs(pollSchema, 201, answer)
  expect(location).toBe(routes.poll(copy.id))
  expect(copy).toMatchObject({
    question: poll.question,
    resultsVisibility: 'after-vote',
    shuffleChoices: true,
    round: 1,
    voters: 0,
    status: 'open',
    roomCode: host.code,
  })
  expect(copy.choices.map(({ text }) => text)).toEqual(['Tea', 'Coffee'])
  expect(copy.choices.map(({ id }) => id)).not.toContain(tea)
  expect((await host.room()).polls?.map(({ id }) => id)).toEqual([poll.id, copy.id])
  expect(await (await fetch(url + routes.room(host.code))).text()).not.toContain(copy.id)
  expect(await host.actions()).toContain('copied')
})

test('with a new round everything may be edited again', async () => {
  const { host, poll, tea, rounds, newVoter } = await setUp()
  await newVoter().vote(poll.id, tea)
  await host.startRound(poll.id)
  const edited = await host.change(poll.id, { choices: ['Coffee', 'Tea', 'Milk'], maxChoices: 2 })
  expect(edited).toMatchObject({ rewordedAt: null, maxChoices: 2 })
  expect(edited.choices.map(({ text }) => text)).toEqual(['Coffee', 'Tea', 'Milk'])
  expect(edited.choices[1]?.id).toBe(tea)
  const [first] = (await rounds()).rounds
  expect(first?.choices.map(({ text, votes }) => [text, votes])).toEqual([
    ['Tea', 1],
    ['Coffee', 0],
  ])
})

test('of a round that too few voted in, nobody learns the results from who moved', async () => {
  const { url, host, poll, tea, coffee, rounds, newVoter } = await setUp({ resultsFromVoters: 3 })
  const voters = Array.from({ length: 3 }, newVoter)
  for (const voter of voters.slice(0, 2)) await voter.vote(poll.id, tea)
  await host.startRound(poll.id)
  for (const voter of voters) await voter.vote(poll.id, coffee)
  const { rounds: found, moves } = await rounds()
  expect(found.map(({ choices }) => choices[0]?.votes)).toEqual([null, 0])
  expect(moves).toEqual([])
  const csv = await (await fetch(url + routes.resultsCsv(poll.id))).text()
  const rows: Record<string, string>[] = parse(csv, { bom: true, columns: true })
  expect(rows.map(({ round, votes, share }) => [round, votes, share])).toEqual([
    ['1', '', ''],
    ['1', '', ''],
    ['2', '0', '0'],
    ['2', '3', '1'],
  ])
})

test('a round that is over stays hidden while the one that repeats it is', async () => {
  const { host, poll, tea, rounds, newVoter } = await setUp({ resultsVisibility: 'after-close' })
  await newVoter().vote(poll.id, tea)
  await host.startRound(poll.id)
  expect((await rounds()).rounds.map(({ choices }) => choices[0]?.votes)).toEqual([null, null])
  await host.change(poll.id, { status: 'closed' })
  expect((await rounds()).rounds.map(({ choices }) => choices[0]?.votes)).toEqual([1, 0])
})

test('where ballots are nobody’s, or hold several choices, no moves are told', async () => {
  for (const body of [{ voteMode: 'none' as const }, { maxChoices: 2 }]) {
    const { host, poll, tea, coffee, rounds, newVoter } = await setUp(body)
    const voter = newVoter()
    await voter.vote(poll.id, tea)
    await host.startRound(poll.id)
    await voter.vote(poll.id, coffee)
    expect((await rounds()).moves).toEqual([])
  }
})

test('a round that begins while the poll is read is in its results once, as the one that is on', async () => {
  const [first, second] = [pollAt(3, 'abcdefgh'), pollAt(5, 'abcdefgh', { round: 2 })]
  const endedAt = '2026-11-25T12:00:00.000Z'
  // By the time the past rounds are read, the second is one of them.
  const reader = { pastRounds: async () => [first, second].map((past) => ({ ...past, endedAt })) }
  const history = await histories({ reader } as unknown as RouteParts).historyOf({ poll: second, view: 'public' })
  expect(resultsOf(history).rounds.map((one) => [one.round, one.endedAt])).toEqual([
    [1, endedAt],
    [2, null],
  ])
})

test('between rounds that were voted in differently no moves are told, and between later ones they are', async () => {
  const { host, poll, tea, coffee, rounds, newVoter } = await setUp({ voteMode: 'none' })
  const voter = newVoter()
  await voter.vote(poll.id, tea)
  await host.startRound(poll.id)
  await host.change(poll.id, { voteMode: 'browser' })
  await voter.vote(poll.id, tea)
  expect((await rounds()).moves).toEqual([])
  await host.startRound(poll.id)
  await voter.vote(poll.id, coffee)
  const moved = [{ fromRound: 2, toRound: 3, fromChoiceId: tea, toChoiceId: coffee, voters: 1 }]
  expect((await rounds()).moves).toEqual(moved)
  await host.startRound(poll.id)
  await host.change(poll.id, { voteMode: 'code' })
  expect((await rounds()).moves).toEqual(moved)
})
