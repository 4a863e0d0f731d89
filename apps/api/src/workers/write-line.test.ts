import { expect, onTestFinished, test } from 'vitest'
import { channel } from '../../testing/channel.ts'
import { makePoll, sqlite } from '../../testing/engines.ts'
import { SqlPollWriter } from '../store/sql-poll-writer.ts'
import { serveWrites } from './write-desk.ts'
import { WriteLine } from './write-line.ts'

/** A primary process with an SQLite file, and two workers that write through it. What they say is kept. */
const setUp = async () => {
  const file = await sqlite.create()
  const { database, store } = await file.open()
  onTestFinished(async () => {
    await database.close()
    await file.remove()
  })
  const writer = new SqlPollWriter(database)
  const said: unknown[] = []
  const lines = [0, 1].map(() => {
    const [worker, primary] = channel()
    serveWrites(primary, writer)
    worker.on('message', (message) => said.push(message))
    return new WriteLine(worker)
  })
  const { snapshot, choiceIds } = await makePoll(store)
  const vote = (voterId: string, choice = choiceIds[0] as number) => {
    return { pollId: snapshot.pollId, voterId, choiceIds: [choice] }
  }
  return { database, store, lines: lines as [WriteLine, WriteLine], pollId: snapshot.pollId, vote, said }
}

test('votes that come to two workers at once are committed together, each told of its own', async () => {
  const { database, lines, vote, store, pollId } = await setUp()
  let transactions = 0
  const { run } = database.transactions
  database.transactions.run = (work, repeatable) => {
    transactions += 1
    return run.call(database.transactions, work, repeatable) as never
  }
  const votes = Array.from({ length: 100 }, (_, n) => lines[n % 2 === 0 ? 0 : 1].record(vote(`${n % 60}`)))
  const changed = (await Promise.all(votes)).map((recorded) => recorded.changed)
  expect(changed.filter(Boolean)).toHaveLength(60)
  expect(await store.snapshot(pollId)).toMatchObject({ totalVotes: 60, revision: 60 })
  expect(transactions).toBeLessThan(4)
})

test('a snapshot crosses once for all votes that share it, and is one object for them', async () => {
  const { lines, store, vote, said } = await setUp()
  const other = await makePoll(store)
  const elsewhere = { pollId: other.snapshot.pollId, choiceIds: other.choiceIds.slice(0, 1) }
  const asked = Array.from({ length: 50 }, (_, n) => [vote(`${n}`), { ...elsewhere, voterId: `${n}` }]).flat()
  const votes = await Promise.all(asked.map((one) => lines[0].record(one)))
  expect(JSON.stringify(said).match(/"snapshot"/g)).toHaveLength(2)
  expect(new Set(votes.map(({ snapshot }) => snapshot)).size).toBe(2)
  for (const { snapshot } of votes) expect(snapshot).toMatchObject({ revision: 50, totalVotes: 50 })
})

test('a broken rule comes back as what it is, and harms no neighbour; what went wrong otherwise has no code', async () => {
  const { database, lines, vote } = await setUp()
  const [refused, taken] = await Promise.allSettled([lines[0].record(vote('a', 99)), lines[0].record(vote('b'))])
  expect(refused).toMatchObject({ reason: { name: 'PollError', code: 'choice-not-found' } })
  expect(taken).toMatchObject({ value: { changed: true } })
  await database.writer.query("CREATE TRIGGER jinx BEFORE INSERT ON ballot BEGIN SELECT raise(ABORT, 'jinxed'); END")
  const failed = await lines[1].record(vote('c')).catch((error) => error)
  expect([failed.message, failed.code]).toEqual([expect.stringContaining('jinxed'), undefined])
})

test('where the other process is gone, who asks is told so and does not wait', async () => {
  const line = new WriteLine({ on: () => {}, off: () => {} })
  await expect(line.record({ pollId: 'x', voterId: 'x', choiceIds: [1] })).rejects.toThrow('no channel')
})
