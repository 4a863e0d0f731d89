import { createDatabase } from '@pollcast/api/testing/postgres'
import { PostgresServer } from '@pollcast/api/testing/postgres-server'
import { RedisServer } from '@pollcast/api/testing/redis-server'
import { Redis } from 'ioredis'

interface Parts {
  postgres: PostgresServer | undefined
  database: { url: string; drop(): Promise<void> }
  redis: RedisServer | undefined
  redisUrl: string | undefined
}

/** PostgreSQL with a new database, and Redis: servers started for this run, or those that the environment names. */
export class Servers {
  /** Undefined if the environment names it. */
  readonly postgres: PostgresServer | undefined
  /** Undefined if the environment names it, or there is none. */
  readonly redis: RedisServer | undefined
  readonly databaseUrl: string
  /** Undefined if there is no Redis. */
  readonly redisUrl: string | undefined
  readonly #drop: () => Promise<void>

  private constructor({ postgres, database, redis, redisUrl }: Parts) {
    this.postgres = postgres
    this.redis = redis
    this.databaseUrl = database.url
    this.redisUrl = redisUrl
    this.#drop = database.drop
  }

  static async open(withRedis: boolean): Promise<Servers> {
    const { TEST_POSTGRES_URL: namedPostgres, TEST_REDIS_URL: namedRedis } = process.env
    const postgres = namedPostgres ? undefined : await PostgresServer.open()
    const database = await createDatabase(postgres?.url ?? namedPostgres)
    const redis = withRedis && !namedRedis ? await RedisServer.open() : undefined
    return new Servers({ postgres, database, redis, redisUrl: withRedis ? (redis?.url ?? namedRedis) : undefined })
  }

  /** Removes the messages of these polls from Redis; everything, if the server is this run's own. */
  async flush(pollIds: readonly string[]): Promise<void> {
    const options = { lazyConnect: true, retryStrategy: null, connectTimeout: 1000 } as const
    const redis = new Redis(this.redisUrl ?? '', options).on('error', () => {})
    try {
      await redis.connect()
      if (this.redis) return void (await redis.flushall())
      for (const pollId of pollIds) {
        const keys = await redis.keys(`pollcast:*:message:poll:${pollId}`)
        if (keys.length > 0) await redis.del(keys)
      }
    } catch (error) {
      // Our own may be restarting, which empties it as well.
      if (!this.redis) throw error
    } finally {
      redis.disconnect()
    }
  }

  async close(): Promise<void> {
    if (!this.postgres) await this.#drop()
    await this.redis?.kill()
    await this.postgres?.end()
  }
}
