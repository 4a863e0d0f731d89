import { createDatabase } from '@pollcast/api/testing/postgres'
import { PostgresServer } from '@pollcast/api/testing/postgres-server'
import { RedisServer } from '@pollcast/api/testing/redis-server'
import { Redis } from 'ioredis'
import type { Means } from './schedule.ts'

interface Parts {
  /** Undefined where the server is someone else's. */
  postgres: PostgresServer | undefined
  database: { url: string; drop(): Promise<void> }
  redis: RedisServer | undefined
  /** Undefined where there is no Redis. */
  redisUrl: string | undefined
}

/** PostgreSQL with a database of this run's own, and Redis: servers of its own, or those that the environment names. */
export class Servers {
  readonly postgres: PostgresServer | undefined
  readonly redis: RedisServer | undefined
  readonly databaseUrl: string
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

  get means(): Means {
    const { postgres, redis, redisUrl } = this
    return { redis: redisUrl !== undefined, ownPostgres: postgres !== undefined, ownRedis: redis !== undefined }
  }

  /** Has Redis forget the snapshots of these polls, and where it is this run's own all that it knows. */
  async flush(pollIds: readonly string[]): Promise<void> {
    const options = { lazyConnect: true, retryStrategy: null, connectTimeout: 1000 } as const
    const redis = new Redis(this.redisUrl ?? '', options).on('error', () => {})
    try {
      await redis.connect()
      if (this.redis) return void (await redis.flushall())
      for (const pollId of pollIds) {
        const keys = await redis.keys(`pollcast:*:snapshot:${pollId}`)
        if (keys.length > 0) await redis.del(keys)
      }
    } catch (error) {
      // One that is being restarted forgets by that.
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
