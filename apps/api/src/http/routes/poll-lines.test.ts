import { limits } from '@pollcast/shared/limits'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readProblem } from '../../../testing/answer.ts'
import { openApp, sharedApp } from '../../../testing/app.ts'
import { stopClock } from '../../../testing/clock.ts'
import { contents } from '../../../testing/database.ts'
import { RawConnection } from '../../../testing/raw-connection.ts'
import { json, Voter } from '../../../testing/voter.ts'

const shared = sharedApp()

const send = (url: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(url + routes.polls, { method: 'POST', headers: { 'Content-Type': 'text/plain', ...headers }, body })

/** The poll that the lines have made, read by someone else. */
const readMade = async (url: string, answer: Response) => {
  expect(answer.status, await answer.clone().text()).toBe(201)
  const { question, choices } = await new Voter(url).read(answer.headers.get('Location')?.split('/').at(-1) as string)
  return [question, ...choices.map(({ text }) => text)]
}

const makeOf = async (body: string | Buffer) => readMade(shared().url, await send(shared().url, body))

test('lines of text make a poll, and are answered with its links, the host key and the command that closes it', async () => {
  const { url } = await openApp()
  const answer = await send(url, 'Lunch?\nPizza\nSalad\n')
  const text = await answer.clone().text()
  expect(await readMade(url, answer)).toEqual(['Lunch?', 'Pizza', 'Salad'])
  expect(answer.headers.get('Content-Type')).toBe('text/plain; charset=utf-8')
  expect(answer.headers.get('Cache-Control')).toBe('no-store')
  const location = answer.headers.get('Location') as string
  const id = location.split('/').at(-1) as string
  expect(location).toBe(routes.poll(id))
  const { roomCode } = await new Voter(url).read(id)
  const [link, code, results, hostPage, key, command, end] = text.split('\n')
  expect(link).toBe(url + routes.roomPage(roomCode))
  expect(code).toBe(`Code: ${roomCode.slice(0, 3)} ${roomCode.slice(3)}`)
  expect(results).toBe(`Results: ${url}${routes.resultsCsv(id)}`)
  const [, hostKey] = /^Host key, not shown again: ([\w-]{32})$/.exec(key as string) ?? []
  expect(hostKey).toBeDefined()
  expect(hostPage).toBe(`Host page: ${url}${routes.hostPage(roomCode)}#${hostKey}`)
  expect(end).toBe('')

  // The command as a shell would run it.
  const [, ...words] = (command as string).match(/'[^']*'|[^\s']+/g)?.map((word) => word.replaceAll("'", '')) ?? []
  const args = words.slice(words.indexOf('curl') + 1)
  expect([args[0], args.at(-1)]).toEqual(['-X', url + routes.poll(id)])
  const headers = args.flatMap((word, index) =>
    args[index - 1] === '-H' ? [word.split(': ') as [string, string]] : [],
  )
  const closing = { method: args[1] as string, headers, body: args[args.indexOf('-d') + 1] as string }
  expect(await (await fetch(args.at(-1) as string, closing)).json()).toMatchObject({ status: 'closed' })
})

test('the addresses are those of PUBLIC_URL, or of the origin that the request was sent to', async () => {
  const first = async (answer: Response) => (await answer.text()).split('\n')[0]
  const { url } = await openApp({ publicUrl: 'https://polls.example.com' })
  expect(await first(await send(url, 'A?\nb\nc'))).toMatch(/^https:\/\/polls\.example\.com\/r\/\d{6}$/)
  const proxied = await openApp({ trustProxy: 1 })
  const forwarded = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'Votes.example.com:443' }
  expect(await first(await send(proxied.url, 'A?\nb\nc', forwarded))).toMatch(/^https:\/\/votes\.example\.com\/r\//)
})

test.each([
  ["a'$(id)b", /'http:\/\/a%27\$\(id\)b\/api\/polls\/\w{8}'\n/],
  ['', /'\/api\/polls\/\w{8}'\n/],
])('with the host %j the command is one that a shell reads as it is meant', async (host, ending) => {
  const connection = await RawConnection.open(shared().port)
  const head = `POST ${routes.polls} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Type: text/plain\r\n`
  await connection.send(`${head}Content-Length: 6\r\n\r\nA?\nb\nc`).ended
  expect(connection.text).toMatch(/^HTTP\/1\.1 201 /)
  expect(connection.text).toMatch(ending)
})

test('empty lines are skipped, and lines may end as on any system and begin with a byte order mark', async () => {
  const wanted = ['Lunch?', 'Pizza', 'Salad']
  for (const body of [
    'Lunch?\r\nPizza\r\nSalad\r\n',
    'Lunch?\rPizza\rSalad',
    '\ufeffLunch?\nPizza\nSalad',
    '\n \t\n  Lunch? \n\n\n Pizza\n\u00a0\n\tSalad\n\n',
  ]) {
    expect(await makeOf(body)).toEqual(wanted)
  }
  expect(await makeOf(Buffer.from('Čaj?\nano 🍵\nne'))).toEqual(['Čaj?', 'ano 🍵', 'ne'])
})

test.each([
  ['- ', '- '],
  ['* ', '*\t'],
  ['• ', '•'],
  ['1. ', '2. '],
  ['1) ', '2)'],
  ['A) ', 'B)'],
  ['a. ', 'b. '],
  ['[ ] ', '[x]'],
  ['- [ ] ', '- [X] '],
])('the marks %j and %j before the choices of a list are not part of them', async (one, other) => {
  expect(await makeOf(`Lunch?\n${one}Pizza\n  ${other}Salad\n`)).toEqual(['Lunch?', 'Pizza', 'Salad'])
})

test.each([
  ['one choice has none', ['- Pizza', 'Salad']],
  ['they are of two sorts', ['- Pizza', '* Salad']],
  ['they are negative numbers', ['-5', '-10']],
  ['they are decimal numbers', ['1.5', '2.5']],
  ['they are initials', ['C.I.A.', 'F.B.I.']],
  ['they are all there is', ['A)', 'B)']],
  ['they are words', ['Dr. No', 'Dr. Who']],
  ['they are dates', ['12. Mai', '13. Mai']],
  ['they are initials of names', ['J. Smith', 'A. Jones']],
])('what looks like marks of a list stays where %s', async (_, choices) => {
  expect(await makeOf(`- Which?\n${choices.join('\n')}`)).toEqual(['- Which?', ...choices])
})

const most = (length: number) => 'x'.repeat(length)
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `choice ${index}`).join('\n')

test.each([
  ['nothing', '', { 'line 1': "Can't be empty.", 'line 2': 'At least 2 choices.' }],
  ['a question alone', '\nLunch?\n', { 'line 3': 'At least 2 choices.' }],
  ['one choice', 'Lunch?\n\nPizza\n\n', { 'line 4': 'At least 2 choices.' }],
  ['a choice twice', 'Lunch?\nPizza\n\nPizza', { 'line 4': 'Already in the list.' }],
  ['choices that differ in their marks alone', 'Lunch?\n1. Pizza\n2. Pizza', { 'line 3': 'Already in the list.' }],
  [
    'a question that is too long',
    `${most(limits.questionLength + 1)}\na\nb`,
    { 'line 1': `At most ${limits.questionLength} characters.` },
  ],
  [
    'a choice that is too long',
    `Lunch?\na\n${most(limits.choiceLength + 1)}`,
    { 'line 3': `At most ${limits.choiceLength} characters.` },
  ],
  [
    'too many choices',
    `Lunch?\n\n${numbered(limits.maxChoices + 3)}`,
    { [`line ${limits.maxChoices + 3}`]: `At most ${limits.maxChoices} choices.` },
  ],
  ['a choice that nobody sees', 'Lunch?\n\u200b\nb\nc', { 'line 2': "Can't be empty." }],
  ['a control character', 'Lunch?\na\0\nb', { 'line 2': "Contains characters that can't be used in a text." }],
])('lines with %s are refused with the line of each error, and nothing is created', async (_, body, wanted) => {
  const { url, databasePath } = shared()
  const before = await contents(databasePath)
  const answer = await send(url, body)
  const { errors, detail } = await readProblem('invalid-body', answer)
  expect(Object.fromEntries(errors?.map(({ path, message }) => [path, message]) ?? [])).toEqual(wanted)
  for (const [line, message] of Object.entries(wanted)) expect(detail).toContain(`${line}: ${message}`)
  expect(answer.headers.has('Location')).toBe(false)
  expect(await contents(databasePath)).toEqual(before)
})

test('lines that are too many bytes, in another encoding or compressed are refused as any body is', async () => {
  const { url } = shared()
  await readProblem('body-too-large', await send(url, 'x'.repeat(100_000)))
  await readProblem('malformed-request', await send(url, Buffer.from([0x41, 0x3f, 0x0a, 0xff, 0x0a, 0x62])))
  const { detail } = await readProblem(
    'unsupported-media-type',
    await send(url, 'A?\nb\nc', { 'Content-Type': 'text/plain; charset=iso-8859-1' }),
  )
  expect(detail).toContain('UTF-8')
  await readProblem('unsupported-media-type', await send(url, 'A?\nb\nc', { 'Content-Encoding': 'gzip' }))
  for (const type of ['text/html', 'text/csv', 'application/x-www-form-urlencoded']) {
    const refused = await readProblem('unsupported-media-type', await send(url, 'A?\nb\nc', { 'Content-Type': type }))
    expect(refused.detail).toBe('Send the body as application/json or text/plain, with that Content-Type.')
  }
})

test('a page of another site can’t make a poll of text, for which browsers ask no leave first', async () => {
  const { url, databasePath } = await openApp({ allowedOrigins: ['https://slides.example.com'] })
  const before = await contents(databasePath)
  for (const headers of [
    { Origin: 'https://evil.example.org' },
    { Origin: 'https://evil.example.org', 'Sec-Fetch-Site': 'cross-site', 'Content-Type': 'text/plain;charset=UTF-8' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { Origin: 'null' },
  ]) {
    await readProblem('cross-site-form', await send(url, 'A?\nb\nc', headers))
  }
  expect(await contents(databasePath)).toEqual(before)
  expect((await send(url, 'A?\nb\nc', { Origin: 'https://slides.example.com' })).status).toBe(201)
  expect((await send(url, 'A?\nb\nc', { Origin: url, 'Sec-Fetch-Site': 'same-origin' })).status).toBe(201)
})

test('lines that are sent again with their key are the same poll, with the same answer', async () => {
  const { url, databasePath } = await openApp()
  const key = { 'Idempotency-Key': '8e03978e-40d5-43dd-bc93-6894a57f9324' }
  const answers = await Promise.all([1, 2, 3].map(() => send(url, 'Lunch?\nPizza\nSalad', key)))
  const texts = await Promise.all(answers.map((answer) => answer.text()))
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
  expect(new Set(texts).size).toBe(1)
  const after = await contents(databasePath)
  await readProblem('idempotency-key-reused', await send(url, 'Lunch?\nPizza\nSoup', key))
  await readProblem('invalid-idempotency-key', await send(url, 'A?\nb\nc', { 'Idempotency-Key': 'k' }))
  expect(await contents(databasePath)).toEqual(after)
})

test('text and JSON count towards one limit of new polls', async () => {
  stopClock()
  const { url } = await openApp({ rateLimit: true })
  for (let asked = 0; asked < 15; asked += 1) {
    expect((await send(url, 'A?\nb\nc')).status).toBe(201)
    expect((await fetch(url + routes.polls, json({ question: 'A?', choices: ['b', 'c'] }))).status).toBe(201)
  }
  const refused = await send(url, 'A?\nb\nc')
  await readProblem('too-many-requests', refused)
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
})
