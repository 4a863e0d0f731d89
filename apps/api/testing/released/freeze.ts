/*
 * Keeps a database of this version, with odd data in it, for the tests of all later ones (src/store/released.integration.test.ts):
 *
 *   npm run build && npm run freeze --workspace @pollcast/api -- postgres://postgres@127.0.0.1:5432/empty
 *
 * The database that is named is empty, and its server older than those of the tests; sqlite3 and pg_dump are installed.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { problemSchema } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import { exportDatabase } from '../../src/commands/export.ts'
import { importDatabase } from '../../src/commands/import.ts'
import { readConfig } from '../../src/config/config.ts'
import { silent } from '../../src/lib/log.ts'
import { version } from '../../src/lib/version.ts'
import { BuiltServer } from '../built-server.ts'
import { Host } from '../host.ts'
import { ProofSolver } from '../proof-solver.ts'
import { bearer, json, patch, Voter } from '../voter.ts'
import { type Asked, askAgain } from './asked.ts'

/** First votes of an address that are free. */
const FREE = 100

const [postgresUrl = ''] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'pollcast-freeze-'))
const to = join(import.meta.dirname, version())
const path = join(folder, 'polls.sqlite')

const server = new BuiltServer({
  DATABASE_URL: `sqlite:${path}`,
  RATE_LIMIT: 'on',
  PUBLIC_URL: 'https://polls.example',
  WEBHOOK_URL: 'https://hooks.invalid/pollcast',
  WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
})
const { url } = await server.address()
const asked = await fill()
const answers = await Promise.all(asked.map(async (one) => ({ ...one, ...(await askAgain(url, one)) })))
await server.end()

mkdirSync(to, { recursive: true })
writeFileSync(join(to, 'answers.json'), `${JSON.stringify(answers, null, 2)}\n`)
writeFileSync(join(to, 'sqlite.sql'), execFileSync('sqlite3', [path, '.dump']))
const file = join(folder, 'export.jsonl')
await exportDatabase({ ...readConfig({}), database: { path } }, file, false)
await importDatabase({ ...readConfig({}), database: { url: postgresUrl } }, file, silent)
const dump = execFileSync('pg_dump', ['--inserts', '--no-owner', '--no-privileges', postgresUrl], { encoding: 'utf8' })
// Settings of the program that reads it, some of which an older server does not know.
const kept = dump.replaceAll(/^(--.*|\\(un)?restrict .*|SET \w+ = .*|SELECT pg_catalog\.set_config.*)\n/gm, '')
writeFileSync(join(to, 'postgres.sql'), kept.replaceAll(/\n{3,}/g, '\n\n').trimStart())
rmSync(folder, { recursive: true })

/** Rooms in which everything is that can be stored. @returns what to ask for, as whom */
async function fill(): Promise<Asked[]> {
  const odd = `"quoted" \\n 'single' $1 ; -- </script> é 🗳 👩‍👩‍👧 שלום abc`
  const { host, poll } = await Host.ofPoll(url, {
    question: odd,
    choices: [odd, `${odd} 2`, 'null', '[]', '0'],
    maxChoices: 3,
    listed: true,
  })
  await host.changeRoom({ title: odd })
  const [first, second, third] = poll.choices.map(({ id }) => id) as [number, number, number]
  const [one, other, gone] = [new Voter(url), new Voter(url), new Voter(url)]
  await one.vote(poll.id, first, third)
  await other.vote(poll.id, second)
  await host.startRound(poll.id)
  await one.vote(poll.id, first, second, third)
  await gone.vote(poll.id, first)
  await gone.ask(routes.votes(poll.id), { method: 'DELETE' })

  const hidden = await host.add({ question: 'Hidden?', resultsVisibility: 'after-close', allowChange: false })
  const withCodes = await host.add({ question: 'With codes?', voteMode: 'code' })
  const deleted = await host.add({ question: 'Deleted?' })
  await host.ask(routes.poll(deleted.id), { method: 'DELETE' })
  const issued = await host.ask(routes.roomCodes(host.code), json({ count: 3 }))
  const { codes } = (await issued.json()) as { codes: string[] }
  await host.move(hidden.id)
  await other.vote(hidden.id, hidden.choices[1]?.id ?? 0)
  await host.move(withCodes.id, true)
  const code = { 'Pollcast-Code': codes[0] ?? '' }
  const ballot = json({ choiceIds: [withCodes.choices[0]?.id], code: codes[0] })
  await fetch(url + routes.votes(withCodes.id), ballot)

  const { host: stuffed, poll: burst } = await Host.ofPoll(url, { question: 'Stuffed?' })
  await stuff(burst.id, burst.choices[0]?.id ?? 0)
  const [number = 0] = ((await stuffed.room()).log ?? []).flatMap((entry) => entry.burst?.number ?? [])
  await stuffed.ask(routes.burst(burst.id, number), patch({ voided: true }))

  const { host: left } = await Host.ofPoll(url, { question: 'Left?' })
  await left.ask(routes.room(left.code), { method: 'DELETE' })

  const polls = [poll.id, hidden.id, withCodes.id, deleted.id, burst.id].map(routes.poll)
  const who = [
    {},
    bearer(host.key),
    bearer(stuffed.key),
    { Cookie: one.cookieHeader },
    { Cookie: other.cookieHeader },
    code,
  ]
  return [
    ...[...polls, routes.room(host.code), routes.room(stuffed.code), routes.room(left.code), routes.polls].flatMap(
      (path) => who.map((headers) => ({ path, headers })),
    ),
    ...[
      routes.ballotsCsv(poll.id),
      routes.roomResultsCsv(host.code),
      routes.rounds(poll.id),
      routes.roomCodes(host.code),
    ].map((path) => ({ path, headers: bearer(host.key) })),
    { path: routes.ballotsCsv(burst.id), headers: bearer(stuffed.key) },
  ]
}

/** Votes of one address: two more than are free. */
async function stuff(pollId: string, choiceId: number): Promise<void> {
  const solver = new ProofSolver()
  const ballot = json({ choiceIds: [choiceId] })
  for (let votes = 0; votes < FREE + 2; votes += 1) {
    const answer = await fetch(url + routes.votes(pollId), ballot)
    if (answer.status !== 429) continue
    const { challenge } = problemSchema.parse(await answer.json())
    if (!challenge) throw new Error('there is no challenge')
    const headers = { ...ballot.headers, 'Pollcast-Proof': await solver.solve(challenge) }
    await fetch(url + routes.votes(pollId), { ...ballot, headers })
  }
  await solver.close()
}
