import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { query } from '@pollcast/api/testing/database'
import type { Failures } from '../processes/failures.ts'
import type { Backend, StoredPoll } from './backend.ts'
import { Node } from './node.ts'
import type { Setup } from './schedule.ts'

/** One server on an SQLite file: a pool of workers, for which its primary process writes. */
export class SqliteBackend implements Backend {
  readonly setup: Setup
  readonly servers = undefined
  readonly #folder = mkdtempSync(join(tmpdir(), 'pollcast-stress-'))
  readonly #path = join(this.#folder, 'polls.sqlite')
  readonly #removeFolder = () => rmSync(this.#folder, { recursive: true, force: true })

  constructor(workers: number) {
    this.setup = { nodes: 1, workers, redis: false, ownPostgres: false, ownRedis: false }
    process.once('exit', this.#removeFolder)
  }

  async openNodes(failures: Failures): Promise<Node[]> {
    const environment = { DATABASE_URL: `sqlite:${this.#path}`, WORKERS: String(this.setup.workers) }
    const pool = { name: 'the pool', environment, workers: this.setup.workers, postgres: undefined, redis: undefined }
    return [await Node.open({ ...pool, failures })]
  }

  async polls(pollIds: readonly string[]): Promise<StoredPoll[]> {
    const rows = await query<Omit<StoredPoll, 'choices' | 'ballots'> & { choices: string; ballots: string }>(
      this.#path,
      `SELECT id, revision, public_revision AS "publicRevision", voters AS "totalVotes",
         (SELECT json_group_array(json_object('id', c.value ->> 'id', 'text', c.value ->> 'text', 'votes', n.value))
          FROM json_each(content, '$.choices') AS c
          JOIN counter AS n ON n.poll_id = poll.id AND n.round = poll.round AND n.key = c.value ->> 'id') AS choices,
         (SELECT json_group_array(json_object('ballotId', id, 'choiceIds', json(answer)))
          FROM ballot WHERE poll_id = poll.id AND round = poll.round) AS ballots
       FROM poll WHERE id IN (SELECT value FROM json_each(?))`,
      [JSON.stringify(pollIds)],
    )
    return rows.map((row) => ({ ...row, choices: JSON.parse(row.choices), ballots: JSON.parse(row.ballots) }))
  }

  async revisions(pollIds: readonly string[]): Promise<Map<string, number>> {
    const sql = 'SELECT id, public_revision AS revision FROM poll WHERE id IN (SELECT value FROM json_each(?))'
    const rows = await query<{ id: string; revision: number }>(this.#path, sql, [JSON.stringify(pollIds)])
    return new Map(rows.map(({ id, revision }) => [id, revision]))
  }

  query<Row>(sql: string): Promise<Row[]> {
    return query<Row>(this.#path, sql)
  }

  async close(): Promise<void> {
    process.off('exit', this.#removeFolder)
    this.#removeFolder()
  }
}
