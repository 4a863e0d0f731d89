import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NewPollBody, newPollSchema } from '@pollcast/shared/settings'
import type { PoolClient } from 'pg'
import type { Database as SqliteDatabase } from 'sqlite3'
import type { DataSource } from 'typeorm'
import { inject, onTestFinished, vi } from 'vitest'
import { writerClient } from '../src/cluster/writer-client.ts'
import { serveWriter } from '../src/cluster/writer-server.ts'
import type { Log } from '../src/lib/log.ts'
import { createPoll } from '../src/polls/commands/create-poll.ts'
import { Signal, type Signals } from '../src/polls/events.ts'
import { hashHostKey } from '../src/polls/host-key.ts'
import { kindOf } from '../src/polls/kinds/index.ts'
import type { PollReader, PollStore, PollWriter, RoomRequest } from '../src/polls/ports.ts'
import type { PollState } from '../src/polls/state.ts'
import type { Database, WritableDatabase } from '../src/store/database.ts'
import { openPostgres } from '../src/store/postgres-database.ts'
import { SqlPollReader } from '../src/store/sql-poll-reader.ts'
import { SqlPollWriter } from '../src/store/sql-poll-writer.ts'
import { openSqlite } from '../src/store/sqlite-database.ts'
import { channelPair } from './channel.ts'
import { query } from './database.ts'
import { emptyDatabase } from './empty-database.ts'
import { dropEmptyPostgres, emptyPostgres } from './empty-postgres.ts'
import { ask } from './postgres.ts'

/** A database of one's own, which can be opened again as after a restart, and PostgreSQL's by several at once. */
export interface TestStore {
  open(log?: Log): Promise<{ database: WritableDatabase; store: PollStore }>
  /** What another program reads there. */
  query(sql: string): Promise<unknown[]>
  remove(): Promise<void>
}

/** What the suite needs to know of an engine. */
export interface Engine {
  name: string
  create(): Promise<TestStore>
  /** Has the next COMMIT wait until it is allowed. */
  pauseCommits(writer: DataSource): Promise<PausedCommit>
  /** Statements that make every ballot of a voter called `failing` fail. */
  failingVoter: string[]
  /** To be called when no more databases are needed. */
  stop(): Promise<void>
}

export interface PausedCommit {
  asked: Promise<void>
  allow(): void
}

export const sqlite: Engine = {
  name: 'SQLite',
  create: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pollcast-store-'))
    const path = join(folder, 'data', 'polls.sqlite')
    await mkdir(join(folder, 'data'), { mode: 0o700 })
    await writeFile(path, await emptyDatabase(), { mode: 0o600 })
    return {
      open: opener((log) => openSqlite(path, log)),
      query: (sql) => query(path, sql),
      remove: () => rm(folder, { recursive: true }),
    }
  },
  pauseCommits: async (writer) => {
    const { commit, pause } = pausedCommit()
    const database: SqliteDatabase = await writer.createQueryRunner().connect()
    const prepare = database.prepare.bind(database)
    database.prepare = (sql: string, ...rest: unknown[]) => {
      const statement = prepare(sql, ...rest)
      if (sql !== 'COMMIT') return statement
      const all = statement.all.bind(statement)
      statement.all = (...args: unknown[]) => {
        void pause().then(() => all(...args))
        return statement
      }
      return statement
    }
    return commit
  },
  failingVoter: [
    `CREATE TRIGGER fail_ballot BEFORE INSERT ON ballot WHEN new.id = 'failing'
     BEGIN SELECT raise(ABORT, 'no ballot'); END`,
  ],
  stop: async () => {},
}

/** SQLite as a worker of a pool has it: it reads the file itself, and another process writes. */
const sqliteInPool: Engine = {
  ...sqlite,
  name: 'SQLite in a pool of workers',
  create: async () => {
    const file = await sqlite.create()
    return {
      ...file,
      open: async (log) => {
        const { database } = await file.open(log)
        const [worker, primary] = channelPair()
        serveWriter(primary, new SqlPollWriter(database))
        return { database, store: storeOf(database, writerClient<PollWriter>(worker)) }
      },
    }
  },
}

export const postgres: Engine = {
  name: 'PostgreSQL',
  create: async () => {
    const url = await emptyPostgres()
    const query = (sql: string) => ask(url, sql)
    return { open: opener((log) => openPostgres(url, log)), query, remove: async () => {} }
  },
  pauseCommits: async (writer) => {
    const { commit, pause } = pausedCommit()
    const runner = writer.createQueryRunner()
    // The pool has one connection, which the next transaction gets.
    const client: PoolClient = await runner.connect()
    const query = client.query.bind(client) as (...args: unknown[]) => unknown
    Object.assign(client, {
      query: (...args: unknown[]) => (args[0] === 'COMMIT' ? pause().then(() => query(...args)) : query(...args)),
    })
    await runner.release()
    return commit
  },
  failingVoter: [
    `CREATE FUNCTION fail_ballot() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no ballot'; END $$`,
    `CREATE TRIGGER fail_ballot BEFORE INSERT ON ballot FOR EACH ROW WHEN (new.id = 'failing')
     EXECUTE FUNCTION fail_ballot()`,
  ],
  stop: dropEmptyPostgres,
}

/** The engines for contract tests: unit tests have those that need no server, and integration tests the others. */
export const engines: Engine[] = inject('servers') ? [postgres] : [sqlite, sqliteInPool]

/** Signals that nobody listens to. */
const noSignals = (): Signals => ({ pollChanged: new Signal(() => {}), roomChanged: new Signal(() => {}) })

export interface MadePoll {
  poll: PollState
  pollId: string
  choiceIds: number[]
  hostKeyHash: string
  /** What a request of the host's names. */
  host: { pollId: string; hostKeyHash: string }
  room: RoomRequest
}

/** Makes a poll of three choices that is listed: in this room, or in one of its own. */
export async function makePoll(
  store: Pick<PollStore, 'create'>,
  body: Partial<NewPollBody> = {},
  inRoom?: RoomRequest,
): Promise<MadePoll> {
  const wanted = newPollSchema.parse({ question: 'Which?', choices: ['a', 'b', 'c'], listed: true, ...body })
  const { poll, hostKey } = await createPoll(wanted, inRoom, store, noSignals())
  const hostKeyHash = inRoom?.hostKeyHash ?? hashHostKey(hostKey ?? '')
  return {
    poll,
    pollId: poll.id,
    choiceIds: kindOf(poll).keys(poll.content).map(Number),
    hostKeyHash,
    host: { pollId: poll.id, hostKeyHash },
    room: { code: poll.room.code, hostKeyHash },
  }
}

/** What each choice of a poll has got. */
export const votesOn = (poll: PollState): number[] =>
  kindOf(poll)
    .keys(poll.content)
    .map((key) => poll.counters[key] ?? 0)

/** Both halves of a store as one object, for tests. */
export function storeOf(database: WritableDatabase, writer: PollWriter = new SqlPollWriter(database)): PollStore {
  const reader: PollReader = new SqlPollReader(database)
  // Methods of the one or the other: a writer in another process answers to every name.
  return new Proxy({} as PollStore, {
    get: (_, name) => {
      const half = name in reader ? reader : writer
      const method: unknown = Reflect.get(half, name)
      return typeof method === 'function' ? method.bind(half) : method
    },
  })
}

/** Advances the clock until the test ends. */
export function advanceClock(milliseconds: number): void {
  const now = performance.now() + milliseconds
  const clock = vi.spyOn(performance, 'now').mockReturnValue(now)
  onTestFinished(() => clock.mockRestore())
}

/** What the ballots say, past all counters. */
export async function recount(database: Database, pollId: string) {
  const rows: { answer: string }[] = await database.reader.query('SELECT answer FROM ballot WHERE poll_id = $1', [
    pollId,
  ])
  const votes = new Map<number, number>()
  for (const { answer } of rows) {
    for (const id of JSON.parse(answer)) votes.set(id, (votes.get(id) ?? 0) + 1)
  }
  return { ballots: rows.length, votes }
}

const opener =
  (openDatabase: (log?: Log) => Promise<WritableDatabase>): TestStore['open'] =>
  async (log) => {
    const database = await openDatabase(log)
    return { database, store: storeOf(database) }
  }

function pausedCommit(): { commit: PausedCommit; pause(): Promise<void> } {
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
  const pause = () => {
    asked()
    return allowed
  }
  return { commit, pause }
}
