import { copyFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { query, recount } from '../testing/database.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { createPoll, json, Voter } from '../testing/voter.ts'

/** A voter with the vote that was acknowledged last and the one, if any, that was not answered. */
interface VoterRecord {
  voter: Voter
  acknowledged: number
  unanswered: number | undefined
}

const CONNECTIONS = 12

test('no acknowledged vote is lost, and none counts twice, when the process is killed under votes', async () => {
  const databasePath = join(tempFolder(), 'polls.sqlite')
  let server = await ServerProcess.open(databasePath)
  const { poll } = await createPoll(server.url, ['a', 'b', 'c'])
  const choiceIds = poll.choices.map((choice) => choice.id)
  const records: VoterRecord[] = []
  let acknowledged = 0
  let unanswered = 0

  /** One connection's votes, until the server is gone: each voter votes three times, then the next one comes. */
  const voteOn = async (url: string, killWhen: () => void) => {
    for (;;) {
      const record: VoterRecord = { voter: new Voter(url), acknowledged: 0, unanswered: undefined }
      for (const choice of choiceIds) {
        record.unanswered = choice
        try {
          await record.voter.vote(poll.id, choice)
        } catch (error) {
          // A refusal would be a fault; that the connection broke is what this test is about.
          if (!(error instanceof TypeError)) throw error
          unanswered += 1
          return
        }
        if (record.acknowledged === 0) records.push(record)
        record.acknowledged = choice
        record.unanswered = undefined
        acknowledged += 1
        killWhen()
      }
    }
  }

  for (const votes of [1, 40, 150, 333]) {
    const { url, exited } = server
    const last = acknowledged + votes
    const killWhen = () => {
      if (acknowledged === last) server.signal('SIGKILL')
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, () => voteOn(url, killWhen)))
    expect(await exited).toBe('SIGKILL')

    server = await ServerProcess.open(databasePath)
    const after = await new Voter(server.url).read(poll.id)
    expect(after).toMatchObject(await recount(databasePath, poll.id))
    expect(await query(databasePath, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    // Each vote changed something, so revisions count votes: those acknowledged, and of the others at most all.
    expect(after.revision).toBeGreaterThanOrEqual(acknowledged)
    expect(after.revision).toBeLessThanOrEqual(acknowledged + unanswered)
    expect(after.voters).toBeGreaterThanOrEqual(records.length)
    expect(after.voters).toBeLessThanOrEqual(records.length + unanswered)

    for (const record of records) {
      const again = new Voter(server.url)
      for (const [name, value] of record.voter.cookies) again.cookies.set(name, value)
      const [own] = (await again.read(poll.id)).ownChoiceIds
      expect([record.acknowledged, record.unanswered]).toContain(own)
    }
  }
  expect(acknowledged).toBeGreaterThan(500)
})

/** A server on a folder of its own, with some votes, and what becomes of later ones. */
const setUp = async () => {
  const databasePath = join(tempFolder(), 'data', 'polls.sqlite')
  const server = await ServerProcess.open(databasePath)
  const { poll } = await createPoll(server.url)
  const choice = poll.choices[0]?.id ?? 0
  for (let n = 0; n < 20; n += 1) await new Voter(server.url).vote(poll.id, choice)
  /** The codes with which so many votes at once are answered. */
  const votes = async (count: number) => {
    const vote = () => new Voter(server.url).ask(routes.votes(poll.id), json({ choiceIds: [choice] }))
    const answers = await Promise.all(Array.from({ length: count }, vote))
    return [...new Set(answers.map(({ status }) => status))]
  }
  const told = () => server.output.split('\n').filter((line) => line.includes('is unavailable'))
  return { databasePath, server, poll, votes, told }
}

test('no vote is acknowledged once the database was removed, and the log says so in one line', async () => {
  const { databasePath, server, poll, votes, told } = await setUp()
  rmSync(join(databasePath, '..'), { recursive: true })
  for (let n = 0; n < 5; n += 1) expect(await votes(20)).toEqual([503])
  for (const address of [routes.poll(poll.id), routes.polls]) {
    expect((await fetch(server.url + address)).status).toBe(503)
  }
  expect(told()).toEqual([expect.stringMatching(/polls\.sqlite was moved or removed .+ restart Pollcast/)])
})

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'what was acknowledged before the log (-wal) was removed is there after %s, and nothing is acknowledged after',
  async (signal) => {
    const { databasePath, server, poll, votes, told } = await setUp()
    rmSync(`${databasePath}-wal`)
    expect(await votes(20)).toEqual([503])
    expect(told()).toEqual([expect.stringMatching(/polls\.sqlite-wal was moved or removed/)])
    server.signal(signal)
    await server.exited
    const again = await ServerProcess.open(databasePath)
    expect((await new Voter(again.url).read(poll.id)).voters).toBeGreaterThanOrEqual(20)
    expect(await query(databasePath, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  },
)

test('what was acknowledged before the log was removed is there after a kill also where only reads came', async () => {
  const { databasePath, server, poll } = await setUp()
  rmSync(`${databasePath}-wal`)
  const reads = Array.from({ length: 20 }, () => fetch(server.url + routes.poll(poll.id)))
  expect((await Promise.all(reads)).map(({ status }) => status)).toEqual(Array(20).fill(503))
  server.signal('SIGKILL')
  await server.exited
  const again = await ServerProcess.open(databasePath)
  expect((await new Voter(again.url).read(poll.id)).totalVotes).toBe(20)
  expect(await query(databasePath, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
})

test('a pool of workers acknowledges nothing while the folder is moved, and goes on when it is back', async () => {
  const databasePath = join(tempFolder(), 'data', 'polls.sqlite')
  const server = new ServerProcess({ DATABASE_URL: `sqlite:${databasePath}`, WORKERS: '2' })
  const { url } = await server.address()
  const { poll } = await createPoll(url)
  const body = json({ choiceIds: [poll.choices[0]?.id ?? 0] })
  const statuses = async () => {
    const vote = () => new Voter(url).ask(routes.votes(poll.id), body)
    const answers = await Promise.all([
      ...Array.from({ length: 8 }, vote),
      new Voter(url).ask(routes.poll(poll.id), {}),
    ])
    return [...new Set(answers.map(({ status }) => status))].sort()
  }
  const folder = join(databasePath, '..')
  renameSync(folder, `${folder}-moved`)
  expect(await statuses()).toEqual([503])
  renameSync(`${folder}-moved`, folder)
  expect(await statuses()).toEqual([200, 201])
  await server.until(/is available again/)
})

test('a backup that is put in the place of the database of a killed server is what there is then, and not its log', async () => {
  const folder = tempFolder()
  const databasePath = join(folder, 'polls.sqlite')
  const server = await ServerProcess.open(databasePath)
  const { poll } = await createPoll(server.url)
  const [choice = 0] = poll.choices.map(({ id }) => id)
  await new Voter(server.url).vote(poll.id, choice)
  const backup = new ServerProcess({ DATABASE_URL: `sqlite:${databasePath}` }, 'node', [
    'backup',
    join(folder, 'backup'),
  ])
  expect(await backup.exited).toBe(0)
  // In tables, and on pages, that the backup does not have.
  for (let more = 0; more < 50; more += 1) await createPoll(server.url)
  await new Voter(server.url).vote(poll.id, choice)
  await server.end()
  copyFileSync(join(folder, 'backup'), databasePath)

  const next = await ServerProcess.open(databasePath)
  expect(await new Voter(next.url).read(poll.id)).toMatchObject({ totalVotes: 1 })
  await new Voter(next.url).vote(poll.id, choice)
  expect(next.output).toContain('"event":"foreign-log-set-aside"')
  expect(readdirSync(folder).filter((name) => /-replaced-.*-wal$/.test(name))).toHaveLength(1)
  await next.end()
  expect(await query(databasePath, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  const again = await ServerProcess.open(databasePath)
  expect(await new Voter(again.url).read(poll.id)).toMatchObject({ totalVotes: 2 })
})
