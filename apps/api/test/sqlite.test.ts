import { join } from 'node:path'
import { routes } from '@pollcast/shared/routes'
import sqlite3 from 'sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { readProblem } from '../testing/answer.ts'
import { openApp } from '../testing/app.ts'
import { pass } from '../testing/engines.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { createPoll, json, Voter } from '../testing/voter.ts'

test('a vote that another process keeps from being written gets a 503 that says when to come back, the log one line', async () => {
  const databasePath = join(tempFolder(), 'polls.sqlite')
  const { url, errors, news } = await openApp({ databasePath })
  const { poll } = await createPoll(url)
  const choice = poll.choices[0]?.id ?? 0
  const other = new sqlite3.Database(databasePath)
  onTestFinished(() => other.close())
  const run = (sql: string) =>
    new Promise<void>((resolve, reject) => other.exec(sql, (e) => (e ? reject(e) : resolve())))

  await run('BEGIN IMMEDIATE')
  const answer = await new Voter(url).ask(routes.votes(poll.id), json({ choiceIds: [choice] }))
  expect(answer.headers.get('Retry-After')).toBe('2')
  await readProblem('store-unavailable', answer)
  expect((await new Voter(url).read(poll.id)).totalVotes).toBe(0)

  await run('ROLLBACK')
  expect(await new Voter(url).vote(poll.id, choice)).toMatchObject({ revision: 1, totalVotes: 1 })
  pass(10_000)
  await new Voter(url).vote(poll.id, choice)
  expect(errors).toEqual([expect.stringMatching(`^The database at ${databasePath} can't be written to: SQLITE_BUSY`)])
  expect(news).toEqual([`The database at ${databasePath} can be written to again.`])
})
