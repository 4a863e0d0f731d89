import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from 'sqlite3'
import type { DataSource } from 'typeorm'
import { createPoll } from '../polls/create-poll.ts'
import type { StoredPoll } from '../polls/poll-store.ts'
import { openSqlite } from './data-source.ts'
import { SqlPollStore } from './sql-poll-store.ts'

/** A store on a file of its own, which can be opened again as after a restart. */
export async function openTestStore() {
  const folder = await mkdtemp(join(tmpdir(), 'pollcast-store-'))
  const open = async (prepare = async (_writer: DataSource) => {}) => {
    const connections = await openSqlite(join(folder, 'data', 'polls.sqlite'))
    await prepare(connections.writer)
    return { connections, store: new SqlPollStore(connections) }
  }
  return { open, remove: () => rm(folder, { recursive: true }) }
}

export async function makePoll(store: SqlPollStore, maxChoices = 1): Promise<StoredPoll & { choiceIds: number[] }> {
  const { poll } = await createPoll({ question: 'Which?', choices: ['a', 'b', 'c'], maxChoices }, store)
  return { ...poll, choiceIds: poll.snapshot.choices.map((choice) => choice.id) }
}

/** Has the next COMMIT on this connection wait until it is allowed. */
export async function holdCommits(writer: DataSource) {
  const database: Database = await writer.createQueryRunner().connect()
  let asked = () => {}
  let allow = () => {}
  const commit = {
    asked: new Promise<void>((resolve) => {
      asked = resolve
    }),
    allow: () => allow(),
  }
  const allowed = new Promise<void>((resolve) => {
    allow = resolve
  })
  const prepare = database.prepare.bind(database)
  database.prepare = (sql: string, ...rest: unknown[]) => {
    const statement = prepare(sql, ...rest)
    if (sql !== 'COMMIT') return statement
    const all = statement.all.bind(statement)
    statement.all = (...args: unknown[]) => {
      asked()
      void allowed.then(() => all(...args))
      return statement
    }
    return statement
  }
  return commit
}
