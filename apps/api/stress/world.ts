import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Faults } from '../bench/faults.ts'
import { createDatabase } from '../test/support/postgres.ts'
import { PostgresServer } from '../test/support/postgres-server.ts'
import { RedisServer } from '../test/support/redis-server.ts'
import { Node } from './node.ts'
import { type Means, NODES } from './schedule.ts'

/** Milliseconds in which every node takes requests, once nothing hinders it. */
const UP = 30_000

/** Servers and nodes: all that a run needs, and that it may break. */
export class World {
  /** Past all proxies. */
  readonly databaseUrl: string
  readonly nodes: readonly Node[]
  /** Undefined where it is someone else's. */
  readonly postgres: PostgresServer | undefined
  readonly redis: RedisServer | undefined
  readonly redisUrl: string | undefined
  readonly #drop: () => Promise<void>

  private constructor(parts: {
    databaseUrl: string
    nodes: readonly Node[]
    postgres: PostgresServer | undefined
    redis: RedisServer | undefined
    redisUrl: string | undefined
    drop: () => Promise<void>
  }) {
    this.databaseUrl = parts.databaseUrl
    this.nodes = parts.nodes
    this.postgres = parts.postgres
    this.redis = parts.redis
    this.redisUrl = parts.redisUrl
    this.#drop = parts.drop
  }

  /** @param withRedis where false, wakes go by LISTEN/NOTIFY */
  static async open(withRedis: boolean, faults: Faults): Promise<World> {
    const { TEST_POSTGRES_URL: namedPostgres, TEST_REDIS_URL: namedRedis } = process.env
    const postgres = namedPostgres ? undefined : await PostgresServer.open()
    const database = await createDatabase(postgres?.url ?? namedPostgres)
    const redis = withRedis && !namedRedis ? await RedisServer.open() : undefined
    const redisUrl = redis?.url ?? (withRedis ? namedRedis : undefined)
    const nodes: Node[] = []
    for (let number = 1; number <= NODES; number += 1) {
      nodes.push(await Node.open(`node ${number}`, database.url, redisUrl, faults))
    }
    const world = new World({ databaseUrl: database.url, nodes, postgres, redis, redisUrl, drop: database.drop })
    await world.allUp()
    return world
  }

  get means(): Means {
    return {
      redis: this.redisUrl !== undefined,
      ownPostgres: this.postgres !== undefined,
      ownRedis: this.redis !== undefined,
    }
  }

  /** Rejects where a node can't be used though nothing hinders it. */
  async allUp(): Promise<void> {
    for (const end = Date.now() + UP; ; await pause(20)) {
      const down = this.nodes.filter((node) => !node.up)
      if (down.length === 0) return
      if (Date.now() > end)
        throw new Error(`${down.map(({ name }) => name)} did not take requests within ${UP / 1000} s`)
    }
  }

  /** Has Redis forget the snapshots of these polls, and where it is this run's own all that it knows. */
  async flush(pollIds: readonly string[]): Promise<void> {
    const redis = new Redis(this.redisUrl ?? '', {
      lazyConnect: true,
      retryStrategy: null,
      connectTimeout: 1000,
    } as const)
    redis.on('error', () => {})
    try {
      await redis.connect()
      if (this.redis) return void (await redis.flushall())
      for (const pollId of pollIds) {
        const keys = await redis.keys(`pollcast:*:snapshot:${pollId}`)
        if (keys.length > 0) await redis.del(keys)
      }
    } catch {
      // It is being restarted, which has it forget as well.
    } finally {
      redis.disconnect()
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()))
    await this.#drop()
    await this.redis?.kill()
    await this.postgres?.end()
  }
}
