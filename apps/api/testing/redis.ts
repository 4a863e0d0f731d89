import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import { RedisServer } from './redis-server.ts'

const STANDARD = 'redis://127.0.0.1:6379'

let own: Promise<RedisServer> | undefined
afterAll(async () => void (await (await own)?.kill()))

/**
 * A Redis server to test with: the one TEST_REDIS_URL names, else the one on this machine's standard port, else one of
 * this test file's own, from the installed program, which is installed where that can be done.
 */
export async function redisUrl(): Promise<string> {
  const named = process.env.TEST_REDIS_URL
  if (named) {
    if (await answers(named)) return named
    throw new Error(`TEST_REDIS_URL names ${named}, and no Redis answers there.`)
  }
  if (await answers(STANDARD)) return STANDARD
  own ??= RedisServer.open()
  return (await own).url
}

/** Stands before all keys and channels of a test, so that it shares a server with whatever else is on it. */
export const redisPrefix = (): string => `pollcast-test-${randomBytes(6).toString('hex')}:`

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, connectTimeout: 1000 } as const)
  redis.on('error', () => {})
  try {
    await redis.connect()
    return (await redis.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    redis.disconnect()
  }
}
