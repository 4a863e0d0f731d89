import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPoll } from '../polls/create-poll.ts'
import type { StoredPoll } from '../polls/poll-store.ts'
import { openSqlite } from './data-source.ts'
import { SqlPollStore } from './sql-poll-store.ts'

/** A store on a file of its own, which can be opened again as after a restart. */
export async function openTestStore() {
  const folder = await mkdtemp(join(tmpdir(), 'pollcast-store-'))
  const open = async () => {
    const connections = await openSqlite(join(folder, 'data', 'polls.sqlite'))
    return { connections, store: new SqlPollStore(connections) }
  }
  return { open, remove: () => rm(folder, { recursive: true }) }
}

export async function makePoll(store: SqlPollStore, maxChoices = 1): Promise<StoredPoll & { choiceIds: number[] }> {
  const { poll } = await createPoll({ question: 'Which?', choices: ['a', 'b', 'c'], maxChoices }, store)
  return { ...poll, choiceIds: poll.snapshot.choices.map((choice) => choice.id) }
}
