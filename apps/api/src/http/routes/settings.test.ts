import { limits } from '@pollcast/shared/limits'
import { pollSchema, votedSchema } from '@pollcast/shared/poll'
import { codeCountsSchema, codesSchema, createdPollSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import type { NewPollBody, PollChange } from '@pollcast/shared/settings'
import { parse } from 'csv-parse/sync'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp, sharedApp } from '../../../testing/app.ts'
import { setTime, stopClock } from '../../../testing/clock.ts'
import { contents, query } from '../../../testing/database.ts'
import { EventReader, type ReadEvent } from '../../../testing/event-reader.ts'
import { Host } from '../../../testing/host.ts'
import { bearer, createPoll, json, patch, Voter } from '../../../testing/voter.ts'

const setUp = async (body: Partial<NewPollBody> = {}, options: Parameters<typeof openApp>[0] = {}) => {
  const app = await openApp(options)
  const { host, poll } = await Host.ofPoll(app.url, body)
  const ids = poll.choices.map(({ id }) => id) as [number, number, ...number[]]
  const vote = (voter: Voter, body: object, headers: Record<string, string> = {}) => {
    const init = json(body)
    return voter.ask(routes.votes(poll.id), { ...init, headers: { ...init.headers, ...headers } })
  }
  return { ...app, host, poll, ids, vote, newVoter: () => new Voter(app.url) }
}

test('before the first vote, all of a poll can be edited', async () => {
  const { host, poll, ids } = await setUp()
  const edited = await host.change(poll.id, {
    question: 'Which?',
    choices: ['Coffee', 'Milk', 'Water'],
    minChoices: 2,
    maxChoices: 3,
    voteMode: 'none',
    allowChange: false,
    listed: true,
  })
  expect(edited).toMatchObject({ question: 'Which?', minChoices: 2, maxChoices: 3, rewordedAt: null, voteMode: 'none' })
  expect(edited.choices.map(({ text }) => text)).toEqual(['Coffee', 'Milk', 'Water'])
  // A choice whose text stays is still the same.
  expect(edited.choices[0]?.id).toBe(ids[1])
  expect(await host.actions()).toEqual(['created', 'edited'])
})

const edit: Omit<PollChange, 'status' | 'closesAt'> & { choices: string[] } = {
  question: 'Which?',
  choices: ['Coffee', 'Milk', 'Water'],
  minChoices: 2,
  maxChoices: 3,
  resultsVisibility: 'after-close',
  resultsFromVoters: 2,
  allowChange: false,
  shuffleChoices: true,
  listed: true,
  voteMode: 'none',
  publishBallots: true,
}

test('every tab is told all of an edit before the first vote, on the streams of the poll and of its room', async () => {
  const { url, host, poll } = await setUp()
  const ofPoll = await EventReader.open(url + poll.streamUrl)
  const hosts = await EventReader.open(url + poll.streamUrl, bearer(host.key))
  const ofRoom = await EventReader.open(url + routes.roomStream(host.code))
  for (const stream of [ofPoll, hosts, ofRoom]) await stream.next()
  expect(ofPoll.events[0]?.data).not.toHaveProperty('question')
  const { choices: _, ...settings } = edit
  const edited = await host.change(poll.id, edit)
  const texts = edit.choices.map((text) => ({ text }))
  for (const stream of [ofPoll, hosts]) {
    expect((await stream.next()).data).toMatchObject({ ...settings, rewordedAt: null, choices: texts })
  }
  expect((await ofRoom.next()).data.poll).toMatchObject({ ...settings, choices: texts })
  // Whoever reconnects may have been away meanwhile: what comes first has it too.
  const late = await EventReader.open(url + poll.streamUrl, { 'Last-Event-ID': ofPoll.events[0]?.id ?? '' })
  expect(await late.next()).toMatchObject({ event: 'snapshot', data: { ...settings, revision: edited.revision } })
})

test('an edit of settings after the first vote is told too, and stays in what comes after it', async () => {
  const { url, host, poll, ids, newVoter } = await setUp()
  await newVoter().vote(poll.id, ids[0])
  const stream = await EventReader.open(url + poll.streamUrl)
  await stream.next()
  await host.change(poll.id, { allowChange: false, publishBallots: true })
  expect((await stream.next()).data).toMatchObject({ allowChange: false, publishBallots: true, voters: 1 })
  await host.startRound(poll.id)
  await newVoter().vote(poll.id, ids[0])
  const { data } = await stream.nextLike(({ data }) => data.round === 2 && data.voters === 1)
  expect(data).toMatchObject({ question: poll.question, allowChange: false, publishBallots: true })
})

test('a poll that was only closed, opened or timed is sent as short as before', async () => {
  const { url, host, poll, ids, newVoter } = await setUp()
  const stream = await EventReader.open(url + poll.streamUrl)
  await host.change(poll.id, { status: 'closed' })
  await host.change(poll.id, { status: 'open', closesAt: new Date(Date.now() + 60_000).toISOString() })
  await newVoter().vote(poll.id, ids[0])
  const { data } = await stream.nextLike(({ data }) => data.voters === 1)
  for (const name of ['question', 'rewordedAt', 'maxChoices', 'voteMode']) expect(data).not.toHaveProperty(name)
})

test('after it the wording can be changed, which every tab is told with the time', async () => {
  const { url, host, poll, ids, newVoter } = await setUp()
  await newVoter().vote(poll.id, ids[0])
  const stream = await EventReader.open(url + poll.streamUrl)
  await stream.next()
  const reworded = await host.change(poll.id, { question: 'What would you like?', choices: ['Black tea', 'Coffee'] })
  expect(reworded.rewordedAt).not.toBeNull()
  const { data } = await stream.next()
  expect(data).toMatchObject({
    question: 'What would you like?',
    rewordedAt: reworded.rewordedAt,
    choices: [
      { id: ids[0], text: 'Black tea', votes: 1 },
      { id: ids[1], text: 'Coffee', votes: 0 },
    ],
  })
  expect(await host.actions()).toEqual(['created', 'reworded'])
})

test.each<[string, Record<string, unknown>, string[]]>([
  ['a choice added', { choices: ['Tea', 'Coffee', 'Milk'] }, ['choices']],
  ['a choice removed', { choices: ['Tea', 'Coffee'].slice(0, 1).concat('Water', 'Milk') }, ['choices']],
  ['choices in another order', { choices: ['Coffee', 'Tea'] }, ['choices.0', 'choices.1']],
  ['one choice’s text on another', { choices: ['Water', 'Tea'] }, ['choices.1']],
  ['more choices to a ballot', { maxChoices: 2 }, ['maxChoices']],
  ['another way to vote', { voteMode: 'code' }, ['voteMode']],
  ['several of these', { voteMode: 'code', minChoices: 2, maxChoices: 2 }, ['minChoices', 'maxChoices', 'voteMode']],
])(
  'after the first vote a poll is not changed by %s, nor by what came with it; each wrong field is named',
  async (_, change, paths) => {
    const { host, poll, ids, newVoter, databasePath } = await setUp()
    await newVoter().vote(poll.id, ids[0])
    const before = await contents(databasePath)
    const answer = await host.ask(routes.poll(poll.id), patch({ question: 'Else?', status: 'closed', ...change }))
    const { errors } = await readProblem('poll-has-votes', answer)
    expect(errors?.map(({ path }) => path)).toEqual(paths)
    expect(await contents(databasePath)).toEqual(before)
  },
)

test.each<[Record<string, unknown>, string[]]>([
  [{ maxChoices: 3 }, ['maxChoices: More than the number of choices.']],
  [{ minChoices: 2 }, ['maxChoices: Fewer than minChoices.']],
  [
    { minChoices: 5, maxChoices: 4 },
    ['maxChoices: More than the number of choices.', 'maxChoices: Fewer than minChoices.'],
  ],
  [{ choices: ['Tea', 'T\u200bea'] }, ['choices.1: Already in the list.']],
  [{ choices: ['Tea', 'caf\u00e9', 'cafe\u0301'] }, ['choices.2: Already in the list.']],
  [
    { choices: ['Tea', 'Te\u00ada', '\u{e0054}Tea'] },
    ['choices.1: Already in the list.', 'choices.2: Already in the list.'],
  ],
  [{ question: '\u2800', choices: ['Tea', '\u3164'] }, ["question: Can't be empty.", "choices.1: Can't be empty."]],
])(
  'a change %j of a poll is refused with each wrong field, before the first vote and after it',
  async (change, expected) => {
    const { host, poll, ids, newVoter, databasePath } = await setUp()
    const refusal = async () => {
      const before = await contents(databasePath)
      const answer = await host.ask(routes.poll(poll.id), patch({ listed: true, ...change }))
      expect(await contents(databasePath)).toEqual(before)
      return answer
    }
    const { errors = [], detail } = await readProblem('invalid-body', await refusal())
    expect(errors.map(({ path, message }) => `${path}: ${message}`)).toEqual(expected)
    expect(detail).toBe(expected.join(' '))
    await newVoter().vote(poll.id, ids[0])
    expect((await refusal()).ok).toBe(false)
  },
)

test('a choice can’t be reworded into another one that looks the same', async () => {
  const { host, poll, ids, newVoter, databasePath } = await setUp()
  await newVoter().vote(poll.id, ids[0])
  const before = await contents(databasePath)
  for (const choices of [
    ['Tea', 'Te\u00ada'],
    ['Coffee\u200b', 'Coffee'],
  ]) {
    const answer = await host.ask(routes.poll(poll.id), patch({ choices }))
    expect((await readProblem('invalid-body', answer)).errors).toEqual([
      { path: 'choices.1', message: 'Already in the list.' },
    ])
  }
  // Where it looks like another one that was there, votes would be shown under its name.
  const swapped = await host.ask(routes.poll(poll.id), patch({ choices: ['Cof\u00adfee', 'Water'] }))
  expect((await readProblem('poll-has-votes', swapped)).errors?.map(({ path }) => path)).toEqual(['choices.0'])
  expect(await contents(databasePath)).toEqual(before)
})

test('a refused vote names the field that it is about, as it was sent', async () => {
  const { url, host, poll, ids, vote, newVoter } = await setUp({
    choices: ['a', 'b', 'c'],
    minChoices: 2,
    maxChoices: 2,
  })
  const { poll: other } = await createPoll(url)
  const pathsOf = async (code: Parameters<typeof readProblem>[0], answer: Response) =>
    (await readProblem(code, answer)).errors?.map(({ path }) => path)
  for (const [code, choiceIds] of [
    ['no-choice', []],
    ['too-few-choices', [ids[0]]],
    ['too-many-choices', ids],
    ['choice-not-found', [ids[0], 999_999]],
    ['choice-of-another-poll', [ids[0], other.choices[0]?.id]],
  ] as const) {
    expect(await pathsOf(code, await vote(newVoter(), { choiceIds }))).toEqual(['choiceIds'])
    const form = new URLSearchParams(choiceIds.map((id): [string, string] => ['choice', String(id)]))
    const answer = await fetch(url + routes.votes(poll.id), { method: 'POST', body: form })
    expect(await pathsOf(code, answer)).toEqual(['choice'])
  }
  const choiceIds = ids.slice(0, 2)
  expect(await pathsOf('no-code-needed', await vote(newVoter(), { choiceIds, code: '22222-22222' }))).toEqual(['code'])
  await host.change(poll.id, { voteMode: 'code' })
  expect(await pathsOf('code-required', await vote(newVoter(), { choiceIds }))).toEqual(['code'])
  expect(await pathsOf('invalid-code', await vote(newVoter(), { choiceIds, code: '22222-22222' }))).toEqual(['code'])
  const header = { 'Pollcast-Code': '22222-22222' }
  expect(await pathsOf('invalid-code', await vote(newVoter(), { choiceIds }, header))).toBeUndefined()
})

test('a poll closes by itself, for every tab, and a vote at its last moment counts', async () => {
  const { url, host, poll, ids, newVoter } = await setUp()
  const stream = await EventReader.open(url + poll.streamUrl)
  await stream.next()
  const closesAt = new Date(Date.now() + 60_000).toISOString()
  expect((await host.change(poll.id, { closesAt })).closesAt).toBe(closesAt)
  expect((await stream.next()).data).toMatchObject({ status: 'open', closesAt })
  setTime(Date.parse(closesAt) + 999)
  await newVoter().vote(poll.id, ids[0])
  setTime(Date.parse(closesAt) + 1001)
  // The next timer that is set has those looked at that are over.
  const other = await Host.ofPoll(url)
  await other.host.change(other.poll.id, { closesAt: new Date(Date.now() + 60_000).toISOString() })
  const closed = await stream.nextLike(({ data: { status } }) => status === 'closed')
  expect(closed.data).toMatchObject({ closesAt: null, voters: 1 })
  await readProblem('poll-closed', await fetch(url + routes.votes(poll.id), json({ choiceIds: [ids[0]] })))
  expect(await host.actions()).toEqual(['created', 'timer-set', 'timer-closed'])
})

test('a poll whose time is over while no server runs is closed when one starts', async () => {
  const { host, poll, databasePath, close } = await setUp()
  await host.change(poll.id, { closesAt: new Date(Date.now() + 60_000).toISOString() })
  await close()
  await query(databasePath, 'UPDATE poll SET closes_at = ? WHERE id = ?', ['2026-01-01T00:00:00.000Z', poll.id])
  const { url } = await openApp({ databasePath })
  const stream = await EventReader.open(url + poll.streamUrl)
  expect((await stream.nextLike(({ data: { status } }) => status === 'closed')).data).toMatchObject({ closesAt: null })
})

test('a timer can be made longer, ended at once, and goes with the close', async () => {
  const { host, poll } = await setUp()
  const in30 = new Date(Date.now() + 30_000).toISOString()
  const in90 = new Date(Date.now() + 90_000).toISOString()
  await host.change(poll.id, { closesAt: in30 })
  expect((await host.change(poll.id, { closesAt: in90 })).closesAt).toBe(in90)
  expect(await host.change(poll.id, { closesAt: null })).toMatchObject({ closesAt: null, status: 'open' })
  await host.change(poll.id, { closesAt: in90 })
  expect(await host.change(poll.id, { status: 'closed' })).toMatchObject({ closesAt: null, status: 'closed' })
  expect(await host.change(poll.id, { status: 'open' })).toMatchObject({ closesAt: null, status: 'open' })
})

test('a closed poll has no timer: one is refused, unless it is opened with it', async () => {
  const { host, poll, databasePath } = await setUp()
  const closesAt = new Date(Date.now() + 60_000).toISOString()
  const refused = async (change: object) => {
    const answer = await host.ask(routes.poll(poll.id), patch(change))
    expect((await readProblem('invalid-body', answer)).errors).toEqual([
      { path: 'closesAt', message: 'Only an open poll has a timer. Open it first.' },
    ])
  }
  await refused({ status: 'closed', closesAt })
  await host.change(poll.id, { status: 'closed' })
  const before = await contents(databasePath)
  await refused({ question: 'Which?', closesAt })
  expect(await contents(databasePath)).toEqual(before)
  expect(await host.change(poll.id, { closesAt: null })).toMatchObject({ status: 'closed', closesAt: null })
  expect(await host.change(poll.id, { status: 'open', closesAt })).toMatchObject({ status: 'open', closesAt })
})

test('a ballot holds as many choices as the poll says, and what is wrong is said in words', async () => {
  const { poll, ids, vote, newVoter, databasePath } = await setUp({
    choices: ['a', 'b', 'c', 'd'],
    minChoices: 2,
    maxChoices: 3,
  })
  const voter = newVoter()
  await voter.read(poll.id)
  const before = await contents(databasePath)
  const few = await readProblem('too-few-choices', await vote(voter, { choiceIds: [ids[0]] }))
  expect(few.detail).toBe('In this poll, vote for at least 2 choices, not 1.')
  const many = await readProblem('too-many-choices', await vote(voter, { choiceIds: ids }))
  expect(many.detail).toBe('In this poll, vote for at most 3 choices, not 4.')
  expect(await contents(databasePath)).toEqual(before)
  expect(await voter.vote(poll.id, ids[0], ids[1])).toMatchObject({ voters: 1, totalVotes: 2 })
})

test('a vote is taken back, and can be cast again', async () => {
  const { poll, ids, newVoter, vote } = await setUp()
  const voter = newVoter()
  await newVoter().vote(poll.id, ids[0])
  await voter.vote(poll.id, ids[0])
  const back = await readAs(votedSchema, 200, await voter.ask(routes.votes(poll.id), { method: 'DELETE' }))
  expect(back).toMatchObject({ voters: 1, totalVotes: 1, ownChoiceIds: [], ownReceipt: null })
  const again = await readAs(votedSchema, 200, await voter.ask(routes.votes(poll.id), { method: 'DELETE' }))
  expect(again.revision).toBe(back.revision)
  expect((await vote(voter, { choiceIds: [ids[1]] })).status).toBe(201)
  expect(await voter.read(poll.id)).toMatchObject({ voters: 2, ownChoiceIds: [ids[1]] })
})

test('where votes are final, one can be sent again, and neither changed nor taken back', async () => {
  const { poll, ids, newVoter, vote, databasePath } = await setUp({ allowChange: false })
  const voter = newVoter()
  await voter.vote(poll.id, ids[0])
  const before = await contents(databasePath)
  expect((await vote(voter, { choiceIds: [ids[0]] })).status).toBe(201)
  await readProblem('vote-is-final', await vote(voter, { choiceIds: [ids[1]] }))
  await readProblem('vote-is-final', await voter.ask(routes.votes(poll.id), { method: 'DELETE' }))
  expect(await contents(databasePath)).toEqual(before)
})

test('on a tablet that is passed around, every vote is another ballot, and one that is sent twice is one', async () => {
  const { poll, ids, vote, newVoter } = await setUp({ voteMode: 'none' })
  const tablet = newVoter()
  for (const choice of [ids[0], ids[0], ids[1]]) await tablet.vote(poll.id, choice)
  const key = { 'Idempotency-Key': '0123456789abcdef0123456789abcdef' }
  for (let sent = 0; sent < 2; sent += 1) expect((await vote(tablet, { choiceIds: [ids[1]] }, key)).status).toBe(201)
  expect(await tablet.read(poll.id)).toMatchObject({
    voters: 4,
    ownChoiceIds: [],
    choices: [{ votes: 2 }, { votes: 2 }],
  })
})

const codesOf = async (host: Host, count: number): Promise<string[]> =>
  (await readAs(codesSchema, 201, await host.ask(routes.roomCodes(host.code), json({ count })))).codes
const countsOf = async (host: Host) => readAs(codeCountsSchema, 200, await host.ask(routes.roomCodes(host.code)))

test('who has a code and a cookie sees what is theirs, by the code in polls with codes and by the cookie in others', async () => {
  const { url, host, poll, ids, newVoter } = await setUp({ voteMode: 'code', resultsVisibility: 'after-vote' })
  const other = await host.add({ resultsVisibility: 'after-vote' })
  const [code = ''] = await codesOf(host, 1)
  const voter = newVoter()
  await voter.read(poll.id)
  const both = { Cookie: voter.cookieHeader, 'Pollcast-Code': code }
  const open = (path: string) => EventReader.open(url + path, both)
  const tabs = new Map(
    await Promise.all([poll, other].map(async ({ id }) => [id, await open(routes.stream(id))] as const)),
  )
  const ofRoom = await open(routes.roomStream(host.code))
  const sees = async (pollId: string) => {
    const { view, ownChoiceIds } = await readAs(
      pollSchema,
      200,
      await fetch(url + routes.poll(pollId), { headers: both }),
    )
    return { view, ownChoiceIds }
  }
  const none = { view: 'public', ownChoiceIds: [] }
  for (const [{ id }, choice, headers] of [
    [poll, ids[0], both],
    [other, other.choices[1]?.id ?? 0, { Cookie: both.Cookie }],
  ] as const) {
    await host.move(id)
    expect(await sees(id)).toEqual(none)
    const vote = json({ choiceIds: [choice] })
    const answer = await fetch(url + routes.votes(id), { ...vote, headers: { ...vote.headers, ...headers } })
    expect((await readAs(votedSchema, 201, answer)).view).toBe('voted')
    expect(await sees(id)).toEqual({ view: 'voted', ownChoiceIds: [choice] })
    for (const tab of [tabs.get(id), ofRoom]) {
      const isVoted = ({ data }: ReadEvent) => {
        const shown = data.poll ? { ...data.poll, pollId: data.poll.id } : data
        return shown.pollId === id && shown.view === 'voted'
      }
      expect(await tab?.nextLike(isVoted)).toBeDefined()
    }
    const late = await open(routes.stream(id))
    expect((await late.next()).data.view).toBe('voted')
  }
  // The code alone is nobody in a poll with cookies, and the cookie alone in one with codes.
  const viewOf = async (pollId: string, headers: Record<string, string>) =>
    (await readAs(pollSchema, 200, await fetch(url + routes.poll(pollId), { headers }))).view
  expect(await viewOf(other.id, { 'Pollcast-Code': code })).toBe('public')
  expect(await viewOf(poll.id, { Cookie: both.Cookie })).toBe('public')
})

test('a one-time code is one ballot in each poll of its room, whoever types it and however', async () => {
  const { url, host, poll, ids, vote, newVoter, databasePath } = await setUp({ voteMode: 'code' })
  const [code = '', other = ''] = await codesOf(host, 3)
  expect(code).toMatch(/^[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}$/)
  expect(JSON.stringify(await contents(databasePath))).not.toContain(code.replace('-', ''))
  expect(await countsOf(host)).toEqual({ issued: 3, used: 0 })
  for (const [choice, typed] of [
    [ids[0], code],
    [ids[1], ` ${code.toLowerCase().replace('-', ' ')} `],
  ] as const) {
    const voted = await readAs(votedSchema, 201, await vote(newVoter(), { choiceIds: [choice], code: typed }))
    expect(voted).toMatchObject({ voters: 1, ownChoiceIds: [choice] })
  }
  expect(await countsOf(host)).toEqual({ issued: 3, used: 1 })
  const header = { 'Pollcast-Code': other }
  expect((await vote(newVoter(), { choiceIds: [ids[0]] }, header)).status).toBe(201)
  const read = await fetch(url + routes.poll(poll.id), { headers: header })
  expect(await read.json()).toMatchObject({ voters: 2, ownChoiceIds: [ids[0]] })
  const next = await host.add({ voteMode: 'code' })
  await host.move(next.id)
  const again = json({ choiceIds: [next.choices[0]?.id], code })
  expect((await fetch(url + routes.votes(next.id), again)).status).toBe(201)
  expect(await countsOf(host)).toEqual({ issued: 3, used: 2 })
})

test('without a code, with one that is wrong or of another room, nobody votes, nor with one where none is needed', async () => {
  const { url, host, ids, vote, newVoter, databasePath } = await setUp({ voteMode: 'code' })
  const { host: other } = await Host.ofPoll(url)
  const [foreign = ''] = await codesOf(other, 1)
  const [mine = ''] = await codesOf(host, 1)
  const { poll: free } = await createPoll(url)
  const before = await contents(databasePath)
  const choiceIds = [ids[0]]
  await readProblem('code-required', await vote(newVoter(), { choiceIds }))
  for (const code of [foreign, '22222-22222', 'O0O0O', 'x'.repeat(40)]) {
    await readProblem('invalid-code', await vote(newVoter(), { choiceIds, code }))
  }
  const long = await readProblem('invalid-body', await vote(newVoter(), { choiceIds, code: 'x'.repeat(41) }))
  expect(long.errors).toEqual([{ path: 'code', message: 'At most 40 characters.' }])
  const needless = json({ choiceIds: [free.choices[0]?.id], code: mine })
  await readProblem('no-code-needed', await fetch(url + routes.votes(free.id), needless))
  expect(await contents(databasePath)).toEqual(before)
})

test('with RATE_LIMIT on, who tries one-time codes is refused for a while', async () => {
  stopClock()
  const { ids, vote, newVoter } = await setUp({ voteMode: 'code' }, { rateLimit: true })
  const attempt = async () => (await vote(newVoter(), { choiceIds: [ids[0]], code: '22222-22222' })).status
  const statuses: number[] = []
  for (let tried = 0; tried < 62; tried += 1) statuses.push(await attempt())
  expect(statuses).toEqual([...Array(60).fill(401), 429, 429])
})

test('codes come as a table with links, at most so many at once', async () => {
  const { url, host } = await setUp()
  const init = json({ count: 2 })
  const answer = await host.ask(routes.roomCodes(host.code), {
    ...init,
    headers: { ...init.headers, Accept: 'text/csv' },
  })
  const rows: Record<string, string>[] = parse(await answer.text(), { bom: true, columns: true })
  expect(rows).toHaveLength(2)
  for (const { code, link } of rows) expect(link).toBe(`${url}${routes.roomPage(host.code)}#${code}`)
  expect(await codesOf(host, limits.codesAtOnce)).toHaveLength(5000)
  for (const count of [0, -1, 5001, 1.5, '3', null]) {
    const { errors } = await readProblem('invalid-body', await host.ask(routes.roomCodes(host.code), json({ count })))
    expect(errors?.map(({ path }) => path)).toEqual(['count'])
  }
  await readProblem('invalid-host-key', await fetch(url + routes.roomCodes(host.code), json({ count: 1 })))
  expect(await countsOf(host)).toEqual({ issued: 5002, used: 0 })
})

test('fifty votes of one voter at once are one ballot, and thirty voters behind one address are thirty', async () => {
  const { poll, ids, newVoter, databasePath } = await setUp({}, { rateLimit: true })
  const voter = newVoter()
  await voter.read(poll.id)
  await Promise.all(Array.from({ length: 50 }, (_, index) => voter.vote(poll.id, ids[index % 2] ?? 0)))
  expect(await voter.read(poll.id)).toMatchObject({ voters: 1, totalVotes: 1 })
  await Promise.all(Array.from({ length: 30 }, () => newVoter().vote(poll.id, ids[0])))
  expect(await voter.read(poll.id)).toMatchObject({ voters: 31, totalVotes: 31 })
  expect(await query(databasePath, 'SELECT DISTINCT id FROM ballot WHERE poll_id = ?', [poll.id])).toHaveLength(31)
})

test('the same browser can’t be followed from poll to poll by its ballots', async () => {
  const { url, poll, ids, newVoter, databasePath } = await setUp()
  const { poll: other } = await createPoll(url)
  const voter = newVoter()
  await voter.vote(poll.id, ids[0])
  await voter.vote(other.id, other.choices[0]?.id ?? 0)
  const ballots = await query<{ id: string }>(databasePath, 'SELECT id FROM ballot')
  expect(new Set(ballots.map(({ id }) => id)).size).toBe(2)
  expect(JSON.stringify(await contents(databasePath))).not.toContain(voter.id)
})

const shared = sharedApp()
const past = '2020-01-01T00:00:00Z'

test.each<[string, unknown, string]>([
  ['question', 'x'.repeat(limits.questionLength + 1), 'At most 240 characters.'],
  ['question', '\u3164', "Can't be empty."],
  ['question', 7, 'Enter a text.'],
  ['choices', ['one'], 'At least 2 choices.'],
  ['choices', 'one, two', 'Not a list.'],
  ['minChoices', 0, 'At least 1.'],
  ['minChoices', 1.5, 'Enter a whole number.'],
  ['maxChoices', 51, 'At most 50.'],
  ['maxChoices', 3, 'More than the number of choices.'],
  ['resultsVisibility', 'never', 'One of always, after-vote, after-close, host.'],
  ['resultsFromVoters', -1, 'At least 0.'],
  ['resultsFromVoters', '5', 'Enter a whole number.'],
  ['allowChange', 'yes', 'Either true or false.'],
  ['shuffleChoices', 1, 'Either true or false.'],
  ['listed', null, 'Either true or false.'],
  ['publishBallots', 'on', 'Either true or false.'],
  ['voteMode', 'ip', 'One of browser, code, none.'],
  ['closesAt', past, 'Choose a time to come.'],
  ['closesAt', '0000-01-01T00:00:00+01:00', 'Choose a time to come.'],
  ['closesAt', new Date(Date.now() + 367 * 24 * 60 * 60 * 1000).toISOString(), 'Choose a time within a year.'],
  ['closesAt', '9999-12-31T23:59:59-01:00', 'Choose a time within a year.'],
  ['closesAt', 'tomorrow', 'A date and time such as 2030-01-31T18:00:00Z.'],
])('a poll is neither made nor changed with %s of %j, in words for people', async (field, value, message) => {
  const { url, databasePath } = shared()
  const { host, poll } = await Host.ofPoll(url)
  const before = await contents(databasePath)
  const made = await fetch(url + routes.polls, json({ question: 'Which?', choices: ['one', 'two'], [field]: value }))
  expect((await readProblem('invalid-body', made)).errors).toEqual([{ path: field, message }])
  const changed = await readProblem('invalid-body', await host.ask(routes.poll(poll.id), patch({ [field]: value })))
  expect(changed.detail.startsWith(`${field}: ${message.replace(/\.$/, '')}`)).toBe(true)
  expect(await contents(databasePath)).toEqual(before)
})

test('a poll with a time to close at is asked for again with its key after that time, and made with another one no more', async () => {
  const { url } = shared()
  const closesAt = new Date(Date.now() + 60_000).toISOString()
  const make = (key: string) => {
    const request = json({ question: 'Which?', choices: ['one', 'two'], closesAt })
    return fetch(url + routes.polls, { ...request, headers: { ...request.headers, 'Idempotency-Key': key } })
  }
  const key = crypto.randomUUID()
  const first = await readAs(createdPollSchema, 201, await make(key))
  const now = vi.spyOn(Date, 'now').mockReturnValue(Date.parse(closesAt))
  onTestFinished(() => now.mockRestore())
  const again = await readAs(createdPollSchema, 201, await make(key))
  expect([again.poll.id, again.hostKey]).toEqual([first.poll.id, first.hostKey])
  const { errors } = await readProblem('invalid-body', await make(crypto.randomUUID()))
  expect(errors).toEqual([{ path: 'closesAt', message: 'Choose a time to come.' }])
})

test('a change with a status that there is not, or a field of another resource, is refused by its name', async () => {
  const { url } = shared()
  const { host, poll } = await Host.ofPoll(url)
  for (const body of [{ status: 'paused' }, { kind: 'quiz' }, { roomCode: '123456' }, { hostKey: 'x' }]) {
    const { errors } = await readProblem('invalid-body', await host.ask(routes.poll(poll.id), patch(body)))
    expect(errors?.map(({ path }) => path)).toEqual(Object.keys(body))
  }
})

test('a key in the address opens nothing', async () => {
  const { url } = shared()
  const { host, poll } = await Host.ofPoll(url, { resultsVisibility: 'host' })
  const answer = await fetch(`${url}${routes.poll(poll.id)}?key=${host.key}&access_token=${host.key}`)
  expect(await answer.json()).toMatchObject({ view: 'public', resultsHidden: true })
  expect((await fetch(url + routes.poll(poll.id), { headers: bearer(host.key) })).status).toBe(200)
})

test('on a tablet, whose vote opened the results does not open them to the next person', async () => {
  const app = await openApp()
  const { poll } = await Host.ofPoll(app.url, { voteMode: 'none', resultsVisibility: 'after-vote' })
  const tablet = new Voter(app.url)
  await tablet.read(poll.id)
  const stream = await EventReader.open(app.url + poll.streamUrl, { Cookie: tablet.cookieHeader })
  await stream.next()
  expect((await tablet.vote(poll.id, poll.choices[0]?.id ?? 0)).view).toBe('voted')
  expect((await stream.next()).data).toMatchObject({ view: 'public', voters: 1, resultsHidden: true })
  await tablet.vote(poll.id, poll.choices[0]?.id ?? 0)
  expect((await stream.next()).data).toMatchObject({ view: 'public', voters: 2, resultsHidden: true })
})

test('on a tablet, a vote that is sent again with its key is answered with its own ballot', async () => {
  const app = await openApp()
  const { poll } = await Host.ofPoll(app.url, { voteMode: 'none' })
  const tablet = new Voter(app.url)
  await tablet.read(poll.id)
  const choiceIds = [poll.choices[1]?.id ?? 0]
  const cast = async () => {
    const request = json({ choiceIds })
    const headers = { ...request.headers, 'Idempotency-Key': '"8e03978e-40d5-43dd-bc93-6894a57f9324"' }
    return readAs(votedSchema, 201, await tablet.ask(routes.votes(poll.id), { ...request, headers }))
  }
  const [first, again] = [await cast(), await cast()]
  expect(again).toMatchObject({ voters: 1, ownChoiceIds: choiceIds, ownReceipt: first.ownReceipt })
})
