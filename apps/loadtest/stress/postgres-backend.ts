import { ask } from '@pollcast/api/testing/postgres'
import { ProxyServer } from '@pollcast/api/testing/proxy-server'
import type { Failures } from '../processes/failures.ts'
import type { Backend, StoredPoll } from './backend.ts'
import { Node } from './node.ts'
import type { Setup } from './schedule.ts'
import { Servers } from './servers.ts'

const NODES = 3

/** Three nodes of one process each on one PostgreSQL, each with a proxy of its own before PostgreSQL and Redis. */
export class PostgresBackend implements Backend {
  readonly servers: Servers

  private constructor(servers: Servers) {
    this.servers = servers
  }

  static async open(withRedis: boolean): Promise<PostgresBackend> {
    return new PostgresBackend(await Servers.open(withRedis))
  }

  get setup(): Setup {
    const { postgres, redis, redisUrl } = this.servers
    return { nodes: NODES, workers: 1, redis: redisUrl !== undefined, ownPostgres: !!postgres, ownRedis: !!redis }
  }

  openNodes(failures: Failures): Promise<Node[]> {
    return Promise.all(Array.from({ length: NODES }, (_, index) => this.#openNode(`node ${index + 1}`, failures)))
  }

  polls(pollIds: readonly string[]): Promise<StoredPoll[]> {
    return ask<StoredPoll>(
      this.servers.databaseUrl,
      `SELECT id, revision, public_revision AS "publicRevision", voters AS "totalVotes",
         (SELECT json_agg(json_build_object('id', c.value -> 'id', 'text', c.value ->> 'text', 'votes', n.value) ORDER BY c.at)
          FROM json_array_elements(content::json -> 'choices') WITH ORDINALITY AS c (value, at)
          JOIN counter AS n ON n.poll_id = poll.id AND n.round = poll.round AND n.key = c.value ->> 'id') AS choices,
         (SELECT coalesce(json_agg(json_build_object('ballotId', id, 'choiceIds', answer::json)), '[]')
          FROM ballot WHERE poll_id = poll.id AND round = poll.round) AS ballots
       FROM poll WHERE id = ANY($1)`,
      [pollIds],
    )
  }

  async revisions(pollIds: readonly string[]): Promise<Map<string, number>> {
    const sql = 'SELECT id, public_revision AS revision FROM poll WHERE id = ANY($1)'
    const rows = await ask<{ id: string; revision: number }>(this.servers.databaseUrl, sql, [pollIds])
    return new Map(rows.map(({ id, revision }) => [id, revision]))
  }

  query<Row>(sql: string): Promise<Row[]> {
    return ask<Row>(this.servers.databaseUrl, sql)
  }

  close(): Promise<void> {
    return this.servers.close()
  }

  async #openNode(name: string, failures: Failures): Promise<Node> {
    const { databaseUrl, redisUrl } = this.servers
    const postgres = await ProxyServer.before(databaseUrl, 5432)
    const redis = redisUrl === undefined ? undefined : await ProxyServer.before(redisUrl, 6379)
    const environment = { DATABASE_URL: postgres.url, REDIS_URL: redis?.url ?? '' }
    return Node.open({ name, environment, workers: 1, postgres: postgres.proxy, redis: redis?.proxy, failures })
  }
}
