import { limits } from '@pollcast/shared/limits'
import { type PollList, pollListSchema, pollSchema } from '@pollcast/shared/poll'
import type { ProblemCode } from '@pollcast/shared/problem'
import { createdPollSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp, sharedApp } from '../../../testing/app.ts'
import { stopClock } from '../../../testing/clock.ts'
import { contents } from '../../../testing/database.ts'
import { get, RawConnection } from '../../../testing/raw-connection.ts'
import { createPoll, form, json, Voter } from '../../../testing/voter.ts'

/** For what is refused. */
const shared = sharedApp()

const listPage = async (url: string, query = ''): Promise<PollList> =>
  readAs(pollListSchema, 200, await fetch(url + routes.polls + query))

/** Every page of the list, one after the other. */
const allPages = async (url: string, limit: number, between = async () => {}) => {
  const pages: PollList['polls'][] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const from: string = cursor && `&cursor=${encodeURIComponent(cursor)}`
    const page: PollList = await listPage(url, `?limit=${limit}${from}`)
    pages.push(page.polls)
    cursor = page.nextCursor
    await between()
  }
  return pages
}

test('the pages of the list have every poll once, newest first, even while more are created', async () => {
  const { url } = await openApp()
  const demos = (await listPage(url)).polls.map((poll) => poll.id)
  // Created at once, several of them have the same creation time.
  const made = await Promise.all(Array.from({ length: 15 }, () => createPoll(url)))
  const expected = [...made.map(({ poll }) => poll.id), ...demos]

  const pages = await allPages(url, 4, async () => void (await createPoll(url)))
  const polls = pages.flat()
  expect(polls.map((poll) => poll.id).toSorted()).toEqual(expected.toSorted())
  expect(polls.map((poll) => poll.createdAt)).toEqual(
    polls
      .map((poll) => poll.createdAt)
      .toSorted()
      .reverse(),
  )
  expect(pages.map((page) => page.length)).toEqual([4, 4, 4, 4, expected.length - 16])
})

test('a list that exactly fills its last page has no empty page after it', async () => {
  const { url } = await openApp()
  await createPoll(url)
  await createPoll(url)
  expect((await allPages(url, 2)).map((page) => page.length)).toEqual([2, 2])
})

test('the list has each poll’s question, its number of choices and its votes', async () => {
  const { url } = await openApp()
  const { poll } = await createPoll(url, ['a', 'b', 'c'])
  await new Voter(url).vote(poll.id, poll.choices[0]?.id as number)
  const { id, question, createdAt } = poll
  const { roomCode } = poll
  const summary = { id, roomCode, question, createdAt, status: 'open', choiceCount: 3, voters: 1 }
  expect((await listPage(url, '?limit=1')).polls).toEqual([summary])
})

test('without a limit, a page has as many polls as one stream can watch', async () => {
  const { url } = await openApp()
  await Promise.all(Array.from({ length: limits.pageSize }, () => createPoll(url)))
  const { polls, nextCursor } = await listPage(url)
  expect(polls).toHaveLength(limits.pageSize)
  expect(nextCursor).not.toBeNull()
})

test.each<[string, ProblemCode]>([
  ['?cursor=nonsense', 'malformed-cursor'],
  ['?cursor=', 'malformed-cursor'],
  ['?cursor=%00%ff', 'invalid-query'],
  [`?cursor=${'x'.repeat(101)}`, 'invalid-query'],
  ['?cursor=a&cursor=b', 'invalid-query'],
  ['?limit=0', 'invalid-query'],
  ['?limit=-1', 'invalid-query'],
  ['?limit=21', 'invalid-query'],
  ['?limit=1.5', 'invalid-query'],
  ['?limit=', 'invalid-query'],
  ['?limit=many', 'invalid-query'],
  ['?limit=0x10', 'invalid-query'],
  ['?limit=1e1', 'invalid-query'],
  ['?limit=1&limit=2', 'invalid-query'],
])('a list requested with %s is refused as %s', async (query, code) => {
  const { url } = shared()
  const { errors } = await readProblem(code, await fetch(url + routes.polls + query))
  expect(errors?.map((error) => error.path)).toEqual([query.slice(1, query.indexOf('='))])
})

test('a new poll is answered with its URL, where it is as it was answered', async () => {
  const { url } = await openApp()
  const wanted = { question: '  Which?\n', choices: [' one', 'two\t', 'three'], maxChoices: 2 }
  const answer = await fetch(url + routes.polls, json(wanted))
  const location = answer.headers.get('Location') as string
  const { poll } = await readAs(createdPollSchema, 201, answer)
  expect(poll).toMatchObject({
    question: 'Which?',
    status: 'open',
    revision: 0,
    totalVotes: 0,
    maxChoices: 2,
    choices: [
      { text: 'one', votes: 0 },
      { text: 'two', votes: 0 },
      { text: 'three', votes: 0 },
    ],
    ownChoiceIds: [],
    streamUrl: routes.stream(poll.id),
  })
  expect(location).toBe(routes.poll(poll.id))
  expect(await readAs(pollSchema, 200, await fetch(url + location))).toEqual({
    ...poll,
    view: 'public',
    now: expect.any(String),
  })
})

test('the host key is sent once, to the creator of the poll, and is not even stored', async () => {
  const { url, databasePath } = await openApp()
  const made = await createPoll(url)
  const other = await createPoll(url)
  expect(made.hostKey).toMatch(/^[\w-]{32}$/)
  expect(made.hostKey).not.toBe(other.hostKey)
  const shown = await Promise.all([routes.polls, routes.poll(made.poll.id)].map(async (path) => fetch(url + path)))
  const texts = [
    ...(await Promise.all(shown.map((answer) => answer.text()))),
    JSON.stringify(await contents(databasePath)),
  ]
  for (const text of texts) {
    expect(text).not.toContain(made.hostKey)
    expect(text).not.toContain('hostKey"')
  }
})

const good = { question: 'Which?', choices: ['one', 'two'] }
const texts = (count: number) => Array.from({ length: count }, (_, index) => `choice ${index}`)

test.each<[string, unknown, string[]]>([
  ['nothing in it', {}, ['question', 'choices']],
  ['a question of spaces', { ...good, question: ' \n ' }, ['question']],
  ['a question that is too long', { ...good, question: 'x'.repeat(limits.questionLength + 1) }, ['question']],
  ['a question that is a number', { ...good, question: 7 }, ['question']],
  ['one choice', { ...good, choices: ['one'] }, ['choices']],
  ['no choices', { ...good, choices: [] }, ['choices']],
  ['too many choices', { ...good, choices: texts(limits.maxChoices + 1) }, ['choices']],
  ['an empty choice', { ...good, choices: ['one', ' ', 'two'] }, ['choices.1']],
  ['a choice that is too long', { ...good, choices: ['one', 'x'.repeat(limits.choiceLength + 1)] }, ['choices.1']],
  ['a choice that is null', { ...good, choices: ['one', null] }, ['choices.1']],
  ['a choice twice', { ...good, choices: ['one', 'two', 'one'] }, ['choices.2']],
  ['two choices that differ in spaces only', { ...good, choices: ['one', ' one '] }, ['choices.1']],
  ['ballots of 0 choices', { ...good, maxChoices: 0 }, ['maxChoices']],
  ['ballots of more choices than there are', { ...good, maxChoices: 3 }, ['maxChoices']],
  ['unknown fields', { ...good, status: 'closed' }, ['status']],
  [
    'several errors',
    { question: '', choices: ['one', 'one'], maxChoices: 'x' },
    ['question', 'choices.1', 'maxChoices'],
  ],
])('a poll with %s is refused with the path of the error, and nothing is created', async (_, wanted, paths) => {
  const { url, databasePath } = shared()
  const before = await contents(databasePath)
  const answer = await fetch(url + routes.polls, json(wanted))
  const { errors } = await readProblem('invalid-body', answer)
  expect(errors?.map((error) => error.path)).toEqual(paths)
  expect(answer.headers.has('Location')).toBe(false)
  expect(await contents(databasePath)).toEqual(before)
})

test('no form creates a poll', async () => {
  const { url } = await openApp()
  await readProblem('unsupported-media-type', await fetch(url + routes.polls, form('question=Which%3F')))
})

test('the largest poll, in characters that take the most bytes, is created as it was sent', async () => {
  const { url } = await openApp()
  const pad = (index: number, length: number) => String(index).padStart(length, '\u0801')
  const wanted = {
    question: pad(0, limits.questionLength),
    choices: texts(limits.maxChoices).map((_, index) => pad(index, limits.choiceLength)),
  }
  const body = JSON.stringify(wanted).replaceAll('\u0801', '\\u0801')
  const { poll } = await readAs(createdPollSchema, 201, await fetch(url + routes.polls, { ...json(''), body }))
  expect({ question: poll.question, choices: poll.choices.map((choice) => choice.text) }).toEqual(wanted)
  expect(poll.choices).toHaveLength(50)
})

test('texts are kept character for character, whatever they mean to a database or a page', async () => {
  const { url } = await openApp()
  const wanted = {
    question: `Robert'); DROP TABLE poll;-- $1 \\ "`,
    choices: ['</script>', '👩‍👩‍👧 \u200f.', 'null'],
  }
  const { poll } = await readAs(createdPollSchema, 201, await fetch(url + routes.polls, json(wanted)))
  const read = await new Voter(url).read(poll.id)
  expect({ question: read.question, choices: read.choices.map((choice) => choice.text) }).toEqual(wanted)
  const voted = await new Voter(url).vote(poll.id, poll.choices[1]?.id as number)
  expect(voted.choices.map((choice) => choice.text)).toEqual(wanted.choices)
})

const makeWith = async (question: string) => {
  const { url } = shared()
  return fetch(url + routes.polls, json({ ...good, question }))
}

test.each([
  ['white space', '  What\n\n will\tyou\u2028have? ', 'What will you have?'],
  ['a letter in two code points', 'cafe\u0301?', 'caf\u00e9?'],
  ['ignorable characters at its ends', '\ufeff\u200b \u00adTea?\u200b\u2060 \u{e0041}', 'Tea?'],
  ['a lone variation selector after a letter', 'Tea\ufe0f', 'Tea'],
  ['an emoji that ends in a variation selector', 'I \u2764\ufe0f ', 'I \u2764\ufe0f'],
  [
    'a flag that ends in tags',
    '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}\u200b',
    '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
  ],
  [
    'a joiner between letters',
    '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
    '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
  ],
])('of a text with %s what is seen is kept', async (_, sent, kept) => {
  const { poll } = await readAs(createdPollSchema, 201, await makeWith(sent))
  expect(poll.question).toBe(kept)
})

test.each([
  ['nothing', ''],
  ['white space alone', ' \n '],
  ['a zero-width space', '\u200b'],
  ['a Hangul filler', '\u3164'],
  ['a Braille blank', '\u2800 \u2800'],
  ['an object replacement character', '\ufffc'],
  ['combining marks alone', '\u0301\u0308'],
  ['a variation selector alone', '\ufe0f'],
  ['a tag alone', '\u{e0041}'],
  ['a control character', 'NUL\u0000'],
  ['half a character', 'half \ud800'],
  ['a change of direction', 'not \u202eevil'],
])('a text of %s is refused', async (_, text) => {
  const { errors } = await readProblem('invalid-body', await makeWith(text))
  expect(errors?.map(({ path }) => path)).toEqual(['question'])
})

test.each([
  ['in one code point and in two', 'caf\u00e9', 'cafe\u0301'],
  ['with a zero-width space at the end', 'Tea', 'Tea\u200b'],
  ['with a zero-width space in the middle', 'Tea', 'Te\u200ba'],
  ['with a soft hyphen', 'Coffee', 'Cof\u00adfee'],
  ['with tag characters', 'Tea', 'Te\u{e0041}a'],
  ['with a Braille blank', 'Tea', 'Tea\u2800'],
  ['with a space of another width', 'Ice tea', 'Ice\u2003tea'],
  ['with a null notehead', 'Yes', 'Yes\u{1d159}'],
  ['with a Braille blank for a space', 'Ice tea', 'Ice\u2800tea'],
  ['an emoji told to be a picture, as it is by itself', '\u{1f44d}', '\u{1f44d}\ufe0f'],
  ['a sign told to be text, as it is by itself', '\u260e', '\u260e\ufe0e'],
  ['a heart in flames with its style and without', '\u2764\ufe0f\u200d\u{1f525}', '\u2764\u200d\u{1f525}'],
  ['a man with a beard with a style and without', '\u{1f9d4}\u200d\u2642\ufe0f', '\u{1f9d4}\u200d\u2642'],
  ['a hand with a skin tone with a style and without', '\u261d\ufe0f\u{1f3fd}', '\u261d\u{1f3fd}'],
  ['with a non-joiner after an Arabic letter that joins none', '\u062f\u0631', '\u062f\u200c\u0631'],
  ['with a non-joiner before a hamza', '\u0634\u064a\u0621', '\u0634\u064a\u200c\u0621'],
  ['with a variant of a Han character', '\u845b', '\u845b\u{e0100}'],
  ['with a variation selector of another script', 'Tea', 'Tea\ufe01'],
])('two choices that look the same, one %s, are one', async (_, one, other) => {
  const { url } = shared()
  const answer = await fetch(url + routes.polls, json({ ...good, choices: ['Milk', one, other] }))
  const { errors } = await readProblem('invalid-body', answer)
  expect(errors).toEqual([{ path: 'choices.2', message: 'Already in the list.' }])
})

test.each([
  [
    'flags',
    '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
  ],
  ['joined and single emoji', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', '\u{1f468}\u{1f469}\u{1f467}'],
  ['a sign as text and as a picture', '\u260e\ufe0e', '\u260e\ufe0f'],
  ['an emoji as a picture and as text', '\u{1f44d}', '\u{1f44d}\ufe0e'],
  [
    'Persian with and without a joint',
    '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
    '\u0645\u06cc\u062e\u0648\u0627\u0647\u0645',
  ],
])('%s that differ to the eye are two choices', async (_, one, other) => {
  const { url } = shared()
  const answer = await fetch(url + routes.polls, json({ ...good, choices: [one, other] }))
  const { poll } = await readAs(createdPollSchema, 201, answer)
  expect(poll.choices.map(({ text }) => text)).toEqual([one, other])
})

test('too many choices are one error, whatever is in them', async () => {
  const { url } = await openApp()
  for (const choice of ['', 0, 'x'.repeat(700), { choices: [] }, null]) {
    const choices = Array.from({ length: 51 }, () => choice)
    const { errors } = await readProblem('invalid-body', await fetch(url + routes.polls, json({ ...good, choices })))
    expect(errors).toEqual([{ path: 'choices', message: 'At most 50 choices.' }])
  }
})

test('the answer is short, however much is wrong with a body', async () => {
  const { url } = await openApp()
  const fields = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`\u0001é${index}`, 1]))
  for (const wanted of [
    { ...good, ...fields },
    { ...good, ['x'.repeat(30_000)]: 1 },
    { question: 'x'.repeat(10_000), choices: texts(50).map((text) => `${text}\u0000`.repeat(12)) },
  ]) {
    const answer = await fetch(url + routes.polls, json(wanted))
    const text = await answer.clone().text()
    const { errors } = await readProblem('invalid-body', answer)
    expect(errors?.length).toBeGreaterThan(0)
    expect(errors?.length).toBeLessThanOrEqual(20)
    expect(Buffer.byteLength(text)).toBeLessThan(4096)
  }
})

test('a deeply nested body is refused like any other', async () => {
  const { url, errors } = await openApp()
  const deep = '['.repeat(20_000) + ']'.repeat(20_000)
  for (const body of [deep, `{"question":${deep.slice(500, -500)},"choices":["a","b"]}`]) {
    await readProblem('invalid-body', await fetch(url + routes.polls, { ...json(''), body }))
  }
  expect(errors).toEqual([])
})

test('refused polls count towards the limit of new polls', async () => {
  stopClock()
  const { url } = await openApp({ rateLimit: true })
  for (let asked = 0; asked < 30; asked += 1) {
    await readProblem('malformed-json', await fetch(url + routes.polls, { ...json(''), body: '{' }))
  }
  await readProblem('too-many-requests', await fetch(url + routes.polls, json(good)))
})

test('with RATE_LIMIT on, an address can create some polls, and is then told when to try again', async () => {
  stopClock()
  const { url } = await openApp({ rateLimit: true })
  let answer = await fetch(url + routes.polls, json(good))
  for (let made = 1; made < 100 && answer.status === 201; made += 1)
    answer = await fetch(url + routes.polls, json(good))
  await readProblem('too-many-requests', answer)
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
})

test('behind a trusted proxy, a client can’t pass for another address by its own headers', async () => {
  stopClock()
  const { url } = await openApp({ rateLimit: true, trustProxy: 1 })
  // The proxy appends the address that it sees to what the client sent.
  const askFrom = (claimed: string, seen: string) => {
    const poll = json(good)
    return fetch(url + routes.polls, {
      ...poll,
      headers: { ...poll.headers, 'X-Forwarded-For': `${claimed}, ${seen}` },
    })
  }
  let status = 201
  for (let made = 0; made < 100 && status === 201; made += 1)
    ({ status } = await askFrom(`10.0.0.${made}`, '192.0.2.1'))
  expect(status).toBe(429)
  expect((await askFrom('10.0.0.1', '192.0.2.2')).status).toBe(201)
})

test.each([
  ['one IPv6 network', (index: number) => `2001:db8:1:2:${index}::1`, '2001:db8:1:3::1'],
  [
    'one IPv6 address',
    (index: number) => ['2001:DB8:1:2::1', '2001:db8:1:2:0:0:0:1', '[2001:db8:1:2::1]'][index % 3],
    '::1',
  ],
  ['one address', (index: number) => `192.0.2.1:${50_000 + index}`, '192.0.2.2'],
  [
    'one IPv4 address in IPv6',
    (index: number) => ['::ffff:192.0.2.1', '192.0.2.1', '::ffff:c000:201'][index % 3],
    '::1',
  ],
  ['something that is not an address', (index: number) => `junk-${index}`, '192.0.2.2'],
])('%s is one address for the limits, however it is written', async (_, write, other) => {
  stopClock()
  const { url } = await openApp({ rateLimit: true, trustProxy: 1 })
  const ask = async (forwarded = '') => {
    const poll = json(good)
    return (await fetch(url + routes.polls, { ...poll, headers: { ...poll.headers, 'X-Forwarded-For': forwarded } }))
      .status
  }
  const statuses: number[] = []
  for (let index = 0; index < 33; index += 1) statuses.push(await ask(write(index)))
  expect(statuses.filter((status) => status === 429)).toHaveLength(3)
  expect(await ask(other)).not.toBe(429)
})

/** The headers of a browser's cache: fetch by itself would send `no-cache`, which asks for the whole answer. */
const revalidating = ({ headers }: Response) => ({
  'If-None-Match': headers.get('ETag') as string,
  'Cache-Control': 'max-age=0',
})

test('a poll that has not changed is not sent again, and one that has is', async () => {
  const { url } = await openApp()
  const { poll } = await createPoll(url)
  const first = await fetch(url + routes.poll(poll.id))
  const known = { headers: revalidating(first) }
  const again = await fetch(url + routes.poll(poll.id), known)
  expect([again.status, await again.text()]).toEqual([304, ''])
  expect(again.headers.get('ETag')).toBe(first.headers.get('ETag'))

  await new Voter(url).vote(poll.id, poll.choices[0]?.id as number)
  const changed = await readAs(pollSchema, 200, await fetch(url + routes.poll(poll.id), known))
  expect(changed).toMatchObject({ revision: 1, totalVotes: 1 })
})

test('with the same revision, a voter with another ballot gets another answer', async () => {
  const { url } = await openApp()
  const { poll } = await createPoll(url)
  const [one, two] = [new Voter(url), new Voter(url)]
  await one.vote(poll.id, poll.choices[0]?.id as number)
  await two.vote(poll.id, poll.choices[1]?.id as number)
  const answers = await Promise.all([one, two, new Voter(url)].map((voter) => voter.ask(routes.poll(poll.id))))
  expect(new Set(answers.map((answer) => answer.headers.get('ETag'))).size).toBe(3)
  for (const { headers } of answers) {
    expect(headers.get('Cache-Control')).toMatch(/private/)
    expect(headers.get('Vary')).toMatch(/cookie/i)
  }
  const known = { headers: revalidating(answers[0] as Response) }
  expect((await one.ask(routes.poll(poll.id), known)).status).toBe(304)
  expect((await two.ask(routes.poll(poll.id), known)).status).toBe(200)
})

test('HEAD is answered like GET, without the body', async () => {
  const { url } = await openApp()
  const { poll } = await createPoll(url)
  const facts = async (method: string, path: string) => {
    const answer = await fetch(url + path, { method })
    const { status, headers } = answer
    const body = await answer.text()
    const told = ['Content-Type', 'Content-Length', 'ETag', 'Cache-Control'].map((name) => headers.get(name))
    return { told: [status, ...told], body }
  }
  for (const path of [routes.polls, routes.poll(poll.id), routes.poll('zzzzzzzz')]) {
    const [got, headed] = [await facts('GET', path), await facts('HEAD', path)]
    expect(headed).toEqual({ told: got.told, body: '' })
  }
})

const ways: [string, string[]][] = [
  [routes.polls, ['GET', 'HEAD', 'POST']],
  [routes.poll('tabspace'), ['DELETE', 'GET', 'HEAD', 'PATCH']],
  [routes.votes('tabspace'), ['DELETE', 'POST']],
  [routes.stream('tabspace'), ['GET', 'HEAD']],
  [routes.streams, ['GET', 'HEAD']],
]

test.each(ways)('%s says which methods it allows, and refuses the others', async (path, methods) => {
  const { url } = shared()
  const allow = (answer: Response) => (answer.headers.get('Allow') ?? '').split(', ').toSorted()
  const options = await fetch(url + path, { method: 'OPTIONS' })
  expect([options.status, allow(options)]).toEqual([200, methods])
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !methods.includes(one))) {
    const answer = await fetch(url + path, { method })
    await readProblem('method-not-allowed', answer)
    expect(allow(answer)).toEqual(methods)
  }
  await readProblem('not-implemented', await fetch(url + path, { method: 'PROPFIND' }))
})

test.each(['/api', '/api/', '/api/nothing', '/api/polls/tabspace/votes/1', '/api/stream', '/API'])(
  '%s does not exist, and a program gets a problem that says so',
  async (path) => {
    const { url } = shared()
    await readProblem('not-found', await fetch(url + path))
  },
)

test('a poll that is not there is said not to be there, in words for people', async () => {
  const { url } = await openApp()
  const { detail } = await readProblem('poll-not-found', await fetch(url + routes.poll('zzzzzzzz')))
  expect(detail).toBe("This poll doesn't exist or was deleted. Check the link.")
})

test.each(['%', '%E0%A4%A', '%zz', '%00', '..%2f..%2fetc%2fpasswd', '%ff%fe', 'x'.repeat(5000)])(
  'a path with %s in it is a client error, and is not logged',
  async (id) => {
    const { url, errors } = shared()
    for (const path of [routes.poll(id), routes.stream(id), routes.votes(id), `/api/${id}`, routes.streamOf([id])]) {
      const answer = await fetch(url + path, path.endsWith('votes') ? json({ choiceIds: [1] }) : {})
      const { code } = (await answer.clone().json()) as { code: ProblemCode }
      await readProblem(code, answer)
      expect(answer.status).toBeLessThan(500)
    }
    expect(errors).toEqual([])
  },
)

test('a request with an invalid URL is refused, and is not logged', async () => {
  const { port, errors } = await openApp()
  for (const address of ['http://[', '//[/api/polls']) {
    const connection = (await RawConnection.open(port)).send(get(address, 'Connection: close\r\n'))
    expect(await connection.until(/\}$/), address).toMatch(
      /^HTTP\/1\.1 40[04] [\s\S]*"code":"(malformed-request|not-found)"/,
    )
  }
  expect(errors).toEqual([])
})
