import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readProblem } from '../testing/answer.ts'
import { openApp } from '../testing/app.ts'
import { query } from '../testing/database.ts'
import { advanceClock } from '../testing/engines.ts'
import { connect } from '../testing/sqlite-connection.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { createPoll, json, Voter } from '../testing/voter.ts'

test('a vote that another process keeps from being written gets a 503 that says when to come back, the log one line', async () => {
  const databasePath = join(tempFolder(), 'polls.sqlite')
  const { url, errors, infos } = await openApp({ databasePath })
  const { poll } = await createPoll(url)
  const choice = poll.choices[0]?.id ?? 0
  const run = connect(databasePath)

  await run('BEGIN IMMEDIATE')
  const answer = await new Voter(url).ask(routes.votes(poll.id), json({ choiceIds: [choice] }))
  expect(answer.headers.get('Retry-After')).toBe('2')
  await readProblem('store-unavailable', answer)
  expect((await new Voter(url).read(poll.id)).totalVotes).toBe(0)

  await run('ROLLBACK')
  expect(await new Voter(url).vote(poll.id, choice)).toMatchObject({ revision: 1, totalVotes: 1 })
  advanceClock(10_000)
  await new Voter(url).vote(poll.id, choice)
  expect(errors).toEqual([expect.stringMatching(`^The database at ${databasePath} can't be written to: SQLITE_BUSY`)])
  expect(infos).toEqual([
    `A new database was made at ${databasePath}.`,
    `The database at ${databasePath} can be written to again.`,
  ])
})

test('a file that is written over while it is open is damaged: 503, logged once, and no vote is acknowledged', async () => {
  const { url, databasePath, errors, infos } = await openApp()
  const { poll } = await createPoll(url)
  await query(databasePath, 'PRAGMA wal_checkpoint(TRUNCATE)')
  const vote = () => new Voter(url).ask(routes.votes(poll.id), json({ choiceIds: [poll.choices[0]?.id ?? 0] }))
  const { size } = statSync(databasePath)
  writeFileSync(databasePath, Buffer.alloc(size, 'x'), { flag: 'r+' })
  // What SQLite has in memory it may still answer from, until another one has written.
  await query(databasePath, 'PRAGMA wal_checkpoint(TRUNCATE)').catch(() => {})
  await vote()
  const read = () => new Voter(url).ask(routes.poll(poll.id), {})
  await readProblem('store-unavailable', await read())
  for (let n = 0; n < 3; n += 1) {
    await readProblem('store-unavailable', await vote())
    await readProblem('store-unavailable', await read())
  }
  expect(errors).toEqual([
    expect.stringMatching(`^The database at ${databasePath} is damaged: SQLITE_(CORRUPT|NOTADB): .+`),
  ])
  expect(errors[0]).toMatch(/restored from a backup/)
  expect(infos).toEqual([])
})
