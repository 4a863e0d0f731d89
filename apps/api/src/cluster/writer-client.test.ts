import { expect, onTestFinished, test } from 'vitest'
import { channelPair } from '../../testing/channel.ts'
import { makePoll, sqlite } from '../../testing/engines.ts'
import { PollError } from '../polls/errors.ts'
import type { PollWriter } from '../polls/ports.ts'
import { SqlPollWriter } from '../store/sql-poll-writer.ts'
import { writerClient } from './writer-client.ts'
import { serveWriter } from './writer-server.ts'

/** A primary process with an SQLite file, and two workers that write through it. What they are sent is recorded. */
const setUp = async () => {
  const file = await sqlite.create()
  const { database, store } = await file.open()
  onTestFinished(async () => {
    await database.close()
    await file.remove()
  })
  const writer = new SqlPollWriter(database)
  const answers: unknown[] = []
  const clients = [0, 1].map(() => {
    const [worker, primary] = channelPair()
    serveWriter(primary, writer)
    worker.on('message', (message) => answers.push(message))
    return writerClient<PollWriter>(worker)
  })
  const { pollId, choiceIds } = await makePoll(store)
  const vote = (ballotId: string, choice = choiceIds[0] as number) => {
    return { pollId, ballotId, answer: [choice] }
  }
  return { database, store, clients: clients as [PollWriter, PollWriter], pollId, vote, answers }
}

/** A client of a writer with these commands. */
const clientOf = <Writer extends Record<string, (...args: never[]) => Promise<unknown>>>(writer: Writer) => {
  const [worker, primary] = channelPair()
  serveWriter(primary, writer)
  return writerClient<Writer>(worker)
}

test('votes that come to two workers at once are committed together, and each gets its own answer', async () => {
  const { database, clients, vote, store, pollId } = await setUp()
  let transactions = 0
  const { run } = database.transactions
  database.transactions.run = (work, repeatable) => {
    transactions += 1
    return run.call(database.transactions, work, repeatable) as never
  }
  const votes = Array.from({ length: 100 }, (_, n) => clients[n % 2 === 0 ? 0 : 1].record(vote(`${n % 60}`)))
  const changed = (await Promise.all(votes)).map((recorded) => recorded.changed)
  expect(changed.filter(Boolean)).toHaveLength(60)
  expect(await store.find(pollId)).toMatchObject({ voters: 60, revision: 60 })
  expect(transactions).toBeLessThan(4)
})

test('a poll is sent once for all votes that share its state, and is one object for them', async () => {
  const { clients, store, vote, answers } = await setUp()
  const other = await makePoll(store)
  const otherPollVote = { pollId: other.pollId, answer: other.choiceIds.slice(0, 1) }
  const asked = Array.from({ length: 50 }, (_, n) => [vote(`${n}`), { ...otherPollVote, ballotId: `${n}` }]).flat()
  const votes = await Promise.all(asked.map((one) => clients[0].record(one)))
  expect(JSON.stringify(answers).match(/"choices"/g)).toHaveLength(2)
  expect(new Set(votes.map(({ poll }) => poll)).size).toBe(2)
  for (const { poll } of votes) expect(poll).toMatchObject({ revision: 50, voters: 50 })
})

test('a broken rule arrives as what it is and harms no neighbour; another error has no code', async () => {
  const { database, clients, vote } = await setUp()
  const [refused, taken] = await Promise.allSettled([clients[0].record(vote('a', 99)), clients[0].record(vote('b'))])
  expect(refused).toMatchObject({ reason: { name: 'PollError', code: 'choice-not-found' } })
  expect(taken).toMatchObject({ value: { changed: true } })
  await database.writer.query(
    "CREATE TRIGGER fail_ballot BEFORE INSERT ON ballot BEGIN SELECT raise(ABORT, 'no ballot'); END",
  )
  const failed = await clients[1].record(vote('c')).catch((error) => error)
  expect([failed.message, failed.code]).toEqual([expect.stringContaining('no ballot'), undefined])
})

test('any command of a writer can be called, with any arguments and results that JSON has', async () => {
  const shared = { big: 'object' }
  const client = clientOf({
    echo: async (...args: unknown[]) => args,
    nothing: async () => null,
    share: async (n: number) => ({ n, shared, list: [n], none: null }),
  })
  await expect(client.echo(1, 'two', [3], { four: { five: null } })).resolves.toEqual([
    1,
    'two',
    [3],
    { four: { five: null } },
  ])
  await expect(client.nothing()).resolves.toBeNull()
  const [one, two] = await Promise.all([client.share(1), client.share(2)])
  expect([one, two]).toEqual([1, 2].map((n) => ({ n, shared, list: [n], none: null })))
  expect(one.shared).toBe(two.shared)
})

test('a PollError arrives as a PollError with every field it has, but what caused it', async () => {
  class Locked extends PollError {
    readonly retryAfterSeconds = 5
  }
  const thrown = Object.assign(
    new Locked('store-unavailable', 'Locked.', [{ path: 'choiceIds', message: 'is locked' }]),
    {
      cause: new Error('a secret of the driver'),
    },
  )
  const lock = (): Promise<void> => Promise.reject(thrown)
  const error = (await clientOf({ lock })
    .lock()
    .catch((reason) => reason)) as PollError
  expect(error).toBeInstanceOf(PollError)
  expect({ ...error, message: error.message }).toEqual({
    name: 'PollError',
    code: 'store-unavailable',
    message: 'Locked.',
    retryAfterSeconds: 5,
    errors: thrown.errors,
  })
})

test('any other error arrives with the stack it has in the process that writes', async () => {
  const thrown = new TypeError('a fault of ours')
  const fail = (): Promise<void> => Promise.reject(thrown)
  const error = await clientOf({ fail })
    .fail()
    .catch((reason) => reason)
  expect(error).toMatchObject({ message: 'a fault of ours', stack: thrown.stack })
})

test('an unknown command, and a result that cannot be sent, reject and harm no later call', async () => {
  const client = clientOf({ huge: async () => 1n, fine: async () => 1 })
  const unknown = (client as unknown as { missing(): Promise<void> }).missing()
  await expect(unknown).rejects.toThrow('no command "missing"')
  await expect(client.huge()).rejects.toThrow('BigInt')
  await expect(client.fine()).resolves.toBe(1)
  expect(await client).toBe(client)
})

test('where the other process is gone, calls reject at once', async () => {
  const client = writerClient<PollWriter>({ on: () => {}, off: () => {} })
  await expect(client.record({ pollId: 'x', ballotId: 'x', answer: [1] })).rejects.toThrow('no channel')
})
