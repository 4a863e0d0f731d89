import { resultsSchema } from '@pollcast/shared/results'
import { routes } from '@pollcast/shared/routes'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp, sharedApp } from '../../../testing/app.ts'
import { stopClock } from '../../../testing/clock.ts'
import { query } from '../../../testing/database.ts'
import { get, RawConnection } from '../../../testing/raw-connection.ts'
import { bearer, createPoll, Voter } from '../../../testing/voter.ts'

/** For tests that only add polls. */
const shared = sharedApp()

const files = [routes.resultsCsv, routes.resultsJson, routes.ballotsCsv]

/** The lines of a CSV file, which must be as it is declared. */
const readCsv = async (url: string, hostKey?: string): Promise<string[][]> => {
  const response = await fetch(url, hostKey === undefined ? {} : { headers: bearer(hostKey) })
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toBe('text/csv; charset=utf-8; header=present')
  const bytes = Buffer.from(await response.arrayBuffer())
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  const text = bytes.toString()
  expect(text.endsWith('\r\n')).toBe(true)
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  return parse(bytes, { bom: true, record_delimiter: '\r\n' })
}

/** A poll of three choices in which two have voted: Tea and Milk, Tea. */
const setUp = async () => {
  const app = await openApp()
  const { poll, hostKey } = await createPoll(app.url, ['Tea', 'Coffee', 'Milk'], 2)
  const [tea = 0, , milk = 0] = poll.choices.map(({ id }) => id)
  const voters = [new Voter(app.url), new Voter(app.url)]
  await voters[0]?.vote(poll.id, tea, milk)
  await voters[1]?.vote(poll.id, tea)
  return { ...app, poll, hostKey, tea, milk, voters }
}

test('results.csv has a row for each choice, with its votes and its share of the voters', async () => {
  const { url, poll } = await setUp()
  expect(await readCsv(url + routes.resultsCsv(poll.id))).toEqual([
    ['room', 'poll', 'round', 'question', 'kind', 'choice', 'votes', 'share', 'voters'],
    [poll.roomCode, poll.id, '1', 'What will you have?', 'choice', 'Tea', '2', '1', '2'],
    [poll.roomCode, poll.id, '1', 'What will you have?', 'choice', 'Coffee', '0', '0', '2'],
    [poll.roomCode, poll.id, '1', 'What will you have?', 'choice', 'Milk', '1', '0.5', '2'],
  ])
})

test('a share is a plain decimal', async () => {
  const { url, poll, tea, databasePath } = await setUp()
  await query(databasePath, `UPDATE poll SET voters = 3000000 WHERE id = '${poll.id}'`)
  await query(databasePath, `UPDATE counter SET value = 1000000 WHERE key = '${tea}'`)
  const rows = await readCsv(url + routes.resultsCsv(poll.id))
  expect(rows.slice(1).map((row) => row[7])).toEqual(['0.333333', '0', '0'])
})

test('results.json is a document of its own, and names no voter', async () => {
  const { url, poll, voters } = await setUp()
  const response = await fetch(url + routes.resultsJson(poll.id))
  expect(response.headers.get('Content-Type')).toBe('application/json; charset=utf-8')
  const results = await readAs(resultsSchema, 200, response)
  const { id, roomCode, question, status, minChoices, maxChoices, createdAt } = poll
  const [tea, coffee, milk] = poll.choices
  expect(results).toEqual({
    version: 2,
    poll: { id, roomCode, question, status, minChoices, maxChoices, createdAt, kind: 'choice', round: 1, revision: 2 },
    rounds: [
      {
        round: 1,
        question,
        voters: 2,
        choices: [
          { ...tea, votes: 2, share: 1 },
          { ...coffee, votes: 0, share: 0 },
          { ...milk, votes: 1, share: 0.5 },
        ],
        endedAt: null,
      },
    ],
  })
  for (const voter of voters) expect(JSON.stringify(results)).not.toContain(voter.id)
})

test('where nobody has voted, shares are blank and there is no ballot', async () => {
  const { url } = shared()
  const { poll, hostKey } = await createPoll(url)
  const [, ...rows] = await readCsv(url + routes.resultsCsv(poll.id))
  expect(rows.map((row) => row.slice(5))).toEqual([
    ['Tea', '0', '', '0'],
    ['Coffee', '0', '', '0'],
  ])
  const { rounds } = await readAs(resultsSchema, 200, await fetch(url + routes.resultsJson(poll.id)))
  expect(rounds[0]?.choices.map(({ share }) => share)).toEqual([null, null])
  expect(await readCsv(url + routes.ballotsCsv(poll.id), hostKey)).toEqual([['round', 'receipt', 'Tea', 'Coffee']])
})

test('ballots.csv has a row for each ballot, under a receipt that stays the same and tells no voter', async () => {
  const { url, poll, hostKey, voters, tea } = await setUp()
  const [head, ...rows] = await readCsv(url + routes.ballotsCsv(poll.id), hostKey)
  expect(head).toEqual(['round', 'receipt', 'Tea', 'Coffee', 'Milk'])
  expect(rows.map((row) => row.toSpliced(1, 1).join()).toSorted()).toEqual(['1,1,0,0', '1,1,0,1'])
  const receipts = rows.map((row) => row[1])
  for (const receipt of receipts) expect(receipt).toMatch(/^\w[\w-]{11}$/)
  expect(new Set(receipts).size).toBe(2)

  await voters[0]?.vote(poll.id, tea)
  const [, ...later] = await readCsv(url + routes.ballotsCsv(poll.id), hostKey)
  expect(later.map((row) => row[1]).toSorted()).toEqual(receipts.toSorted())
  expect(later.map((row) => row.slice(2).join())).toEqual(['1,0,0', '1,0,0'])
  for (const voter of voters) expect(JSON.stringify(later)).not.toContain(voter.id)
})

test('a voter has another receipt in another poll', async () => {
  const { url } = shared()
  const voter = new Voter(url)
  const receipts = await Promise.all(
    [0, 1].map(async () => {
      const { poll, hostKey } = await createPoll(url)
      // The first page makes them the voter that they stay.
      if (voter.cookies.size === 0) await voter.read(poll.id)
      return { ...poll, hostKey }
    }),
  ).then(async (polls) => {
    const found: (string | undefined)[] = []
    for (const { id, choices, hostKey } of polls) {
      await voter.vote(id, choices[0]?.id ?? 0)
      found.push((await readCsv(url + routes.ballotsCsv(id), hostKey))[1]?.[1])
    }
    return found
  })
  expect(receipts[0]).not.toBe(receipts[1])
})

test('ballots come in another order each time, of many pages each once', async () => {
  const { url, databasePath } = await openApp()
  const { poll, hostKey } = await createPoll(url)
  const [a = 0, b = 0] = poll.choices.map(({ id }) => id)
  await query(
    databasePath,
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1501)
     INSERT INTO ballot (poll_id, round, id, answer) SELECT '${poll.id}', 1, 'v' || i, CASE WHEN i <= 700 THEN '[${a}]' ELSE '[${b}]' END FROM n`,
  )
  const read = async () => (await readCsv(url + routes.ballotsCsv(poll.id), hostKey)).slice(1)
  const [one, other] = [await read(), await read()]
  expect(new Set(one.map((row) => row[1])).size).toBe(1501)
  expect(one.filter((row) => row[2] === '1')).toHaveLength(700)
  expect(one.every((row) => Number(row[2]) + Number(row[3]) === 1)).toBe(true)
  expect(other).not.toEqual(one)
  expect(other.toSorted()).toEqual(one.toSorted())
  // The voters of a came first: half of the first half is about what chance gives them.
  const early = one.slice(0, 750).filter((row) => row[2] === '1').length
  expect(early).toBeGreaterThan(250)
  expect(early).toBeLessThan(450)
})

test.each([
  'a, b; c',
  'He said "no"',
  '"',
  "it's",
  'Äpfel für Ödön – ß',
  '👩‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿',
  'العربية, 1',
  '# not a comment',
  'a\\b',
  'a|b\u2028c',
  '1,5',
])('a text such as %j is in a table as it was entered', async (text) => {
  const { url } = shared()
  const { poll, hostKey } = await createPoll(url, [text, 'other'], 1, text)
  const [shown] = poll.choices
  const rows = await readCsv(url + routes.resultsCsv(poll.id))
  expect(rows[1]).toEqual([poll.roomCode, poll.id, '1', poll.question, 'choice', shown?.text, '0', '', '0'])
  expect((await readCsv(url + routes.ballotsCsv(poll.id), hostKey))[0]).toEqual([
    'round',
    'receipt',
    shown?.text,
    'other',
  ])
})

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '＝1', '=cmd|" /C calc"!A0'])(
  'a text such as %j is no formula in a table, not behind blanks either',
  async (text) => {
    const { url, databasePath } = await openApp()
    const { poll, hostKey } = await createPoll(url, [text, 'other'], 1, text)
    const ballots = async () => (await readCsv(url + routes.ballotsCsv(poll.id), hostKey))[0]?.[2]
    const results = async () => (await readCsv(url + routes.resultsCsv(poll.id)))[1]
    const cells = (await results()) ?? []
    expect([cells[3], cells[5], await ballots()]).toEqual([`'${text}`, `'${text}`, `'${text}`])

    // As no text is stored today.
    const content = { choices: [{ id: 1, text: ` \u200b\t${text}` }], minChoices: 1, maxChoices: 1 }
    const { length } = await query(
      databasePath,
      `UPDATE poll SET question = ' ' || question, content = ? WHERE id = ? RETURNING id`,
      [JSON.stringify(content), poll.id],
    )
    expect(length).toBe(1)
    const stored = (await results()) ?? []
    expect([stored[3], stored[5], await ballots()]).toEqual([`'${text}`, `'${text}`, `'${text}`])
  },
)

test('no receipt begins as a formula does', async () => {
  const { url, databasePath } = await openApp()
  const { poll, hostKey } = await createPoll(url)
  await query(
    databasePath,
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
     INSERT INTO ballot (poll_id, round, id, answer) SELECT '${poll.id}', 1, 'v' || i, '[${poll.choices[0]?.id}]' FROM n`,
  )
  const [, ...rows] = await readCsv(url + routes.ballotsCsv(poll.id), hostKey)
  expect(rows.filter(([, receipt]) => !/^\w[\w-]{11}$/.test(receipt ?? ''))).toEqual([])
})

test.each(files)('a file is saved under a name that says what it is, and not kept unasked (%#)', async (file) => {
  const { url } = shared()
  const { poll, hostKey } = await createPoll(url, ['a', 'b'], 1, 'Où est "C:\\x/../y"? Für 50%41')
  const answer = await fetch(url + file(poll.id), { headers: bearer(hostKey) })
  const ending = file(poll.id).split('/').at(-1)
  expect(answer.headers.get('Content-Disposition')).toBe(
    `attachment; filename="Ou est C x .. y Fur 50 41 - ${ending}"; ` +
      `filename*=UTF-8''O%C3%B9%20est%20C%20x%20..%20y%20F%C3%BCr%2050%2541%20-%20${ending}`,
  )
  expect(answer.headers.get('Cache-Control')).toBe('private, no-cache')
  await answer.arrayBuffer()
})

test.each(files)('a client that has the file as it is gets 304 until somebody votes (%#)', async (file) => {
  const { url, port, poll, hostKey, tea } = await setUp()
  const first = await fetch(url + file(poll.id), { headers: bearer(hostKey) })
  await first.arrayBuffer()
  const etag = first.headers.get('ETag')
  // Not with fetch, which asks for a fresh answer then.
  const ask = async () => {
    const connection = await RawConnection.open(port)
    return connection
      .send(get(file(poll.id), `Authorization: Bearer ${hostKey}\r\nIf-None-Match: ${etag}\r\n`))
      .until(/\r\n\r\n/)
  }
  const again = await ask()
  expect(again).toMatch(/^HTTP\/1\.1 304 /)
  expect(again).toMatch(/\r\n\r\n$/)
  expect(again).toContain(`ETag: ${etag}\r\n`)
  await new Voter(url).vote(poll.id, tea)
  const changed = await ask()
  expect(changed).toMatch(/^HTTP\/1\.1 200 /)
  expect(changed).not.toContain(etag)
})

test.each(files)('HEAD answers with the headers alone (%#)', async (file) => {
  const { url, port, poll, hostKey } = await setUp()
  const read = async (method: string) => {
    const answer = await fetch(url + file(poll.id), { method, headers: bearer(hostKey) })
    const names = ['Content-Type', 'Content-Disposition', 'ETag', 'Cache-Control']
    return { status: answer.status, headers: names.map((name) => answer.headers.get(name)), body: await answer.text() }
  }
  const { body, ...head } = await read('GET')
  expect(body).not.toBe('')
  expect(await read('HEAD')).toEqual({ ...head, body: '' })
  const connection = await RawConnection.open(port)
  await connection
    .send(get(file(poll.id), `Authorization: Bearer ${hostKey}\r\n`).replace('GET', 'HEAD'))
    .until(/\r\n\r\n$/)
})

test.each(files)('a deleted poll and an unknown one have no file (%#)', async (file) => {
  const { url, poll, hostKey } = await setUp()
  await fetch(url + routes.poll(poll.id), { method: 'DELETE', headers: bearer(hostKey) })
  await readProblem('poll-deleted', await fetch(url + file(poll.id)))
  await readProblem('poll-not-found', await fetch(url + file('aaaaaaaa')))
  await readProblem('poll-not-found', await fetch(url + file('no-such-id')))
  await readProblem('method-not-allowed', await fetch(url + file(poll.id), { method: 'POST' }))
})

test.each([
  ['in the middle of a long file', /receipt/],
  ['before it begins', /^/],
])('a client that leaves %s is no error', async (_, seen) => {
  const { url, port, databasePath, errors, close } = await openApp()
  const { poll, hostKey } = await createPoll(url)
  await query(
    databasePath,
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
     INSERT INTO ballot (poll_id, round, id, answer) SELECT '${poll.id}', 1, 'v' || i, '[${poll.choices[0]?.id}]' FROM n`,
  )
  const connection = (await RawConnection.open(port)).send(
    get(routes.ballotsCsv(poll.id), `Authorization: Bearer ${hostKey}\r\n`),
  )
  await connection.until(seen)
  connection.leave()
  // Files are read one after the other: the one that nobody waits for is over by then.
  await (await fetch(url + routes.ballotsCsv(poll.id), { headers: bearer(hostKey) })).arrayBuffer()
  await close()
  expect(errors).toEqual([])
})

test('so many exports of ballots a minute are answered', async () => {
  stopClock()
  const { url } = await openApp({ rateLimit: true })
  const { poll, hostKey } = await createPoll(url)
  const init = { headers: bearer(hostKey) }
  const ask = async () => {
    const answer = await fetch(url + routes.ballotsCsv(poll.id), init)
    await answer.arrayBuffer()
    return answer.status
  }
  const statuses: number[] = []
  for (let n = 0; n < 31; n += 1) statuses.push(await ask())
  expect(statuses.filter((status) => status === 200)).toHaveLength(30)
  const refused = await fetch(url + routes.ballotsCsv(poll.id), init)
  expect(refused.headers.get('ETag')).toBeNull()
  await readProblem('too-many-requests', refused)
})
