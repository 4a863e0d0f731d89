import { join } from 'node:path'
import { expect, test } from 'vitest'
import { query, recount } from '../testing/database.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { createPoll, Voter } from '../testing/voter.ts'

/** A voter with the vote that was acknowledged last and the one, if any, of which nothing was heard. */
interface Witness {
  voter: Voter
  acknowledged: number
  unheard: number | undefined
}

const CONNECTIONS = 12

test('no acknowledged vote is lost, and none counts twice, when the process is killed under votes', async () => {
  const databasePath = join(tempFolder(), 'polls.sqlite')
  let server = await ServerProcess.open(databasePath)
  const { poll } = await createPoll(server.url, ['a', 'b', 'c'])
  const choiceIds = poll.choices.map((choice) => choice.id)
  const witnesses: Witness[] = []
  let acknowledged = 0
  let unheard = 0

  /** One connection's votes, until the server is gone: each voter votes three times, then the next one comes. */
  const voteOn = async (url: string, killWhen: () => void) => {
    for (;;) {
      const witness: Witness = { voter: new Voter(url), acknowledged: 0, unheard: undefined }
      for (const choice of choiceIds) {
        witness.unheard = choice
        try {
          await witness.voter.vote(poll.id, choice)
        } catch (error) {
          // A refusal would be a fault; that the connection broke is what this test is about.
          if (!(error instanceof TypeError)) throw error
          unheard += 1
          return
        }
        if (witness.acknowledged === 0) witnesses.push(witness)
        witness.acknowledged = choice
        witness.unheard = undefined
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
    expect(after.revision).toBeLessThanOrEqual(acknowledged + unheard)
    expect(after.totalVotes).toBeGreaterThanOrEqual(witnesses.length)
    expect(after.totalVotes).toBeLessThanOrEqual(witnesses.length + unheard)

    for (const witness of witnesses) {
      const again = new Voter(server.url)
      for (const [name, value] of witness.voter.cookies) again.cookies.set(name, value)
      const [own] = (await again.read(poll.id)).ownChoiceIds
      expect([witness.acknowledged, witness.unheard]).toContain(own)
    }
  }
  expect(acknowledged).toBeGreaterThan(500)
}, 60_000)
