import { createHash } from 'node:crypto'
import { RedisPubSub } from '../cluster/pubsub/redis-pubsub.ts'
import { RedisMessageCache } from '../cluster/redis-message-cache.ts'
import { redisTokenBuckets } from '../cluster/redis-token-buckets.ts'
import { SharedTokenBuckets } from '../cluster/shared-token-buckets.ts'
import type { Log, LogEntry } from '../lib/log.ts'
import type { Others } from './adapters.ts'

/** Connects to Redis for all that processes share by it. */
export function connectRedis(url: string, key: string, epoch: () => string, log: Log): Others {
  // Derived from a key that all processes on one database share: so several installations can share a Redis.
  const prefix = `pollcast:${createHash('sha256').update(`redis ${key}`).digest('hex').slice(0, 12)}:`
  const telling = (event: LogEntry['event']) => (error: Error) => log.error(error, { event })
  const pubsub = new RedisPubSub(url, prefix, { onError: telling('pubsub-error') })
  const cache = new RedisMessageCache(url, prefix, { onError: telling('cache-error'), epoch })
  const { ask, close } = redisTokenBuckets(url, prefix, key, telling('rate-limit-error'))
  return {
    pubsub,
    cache,
    buckets: new SharedTokenBuckets(ask),
    close: async () => {
      close()
      await Promise.all([pubsub.close(), cache.close()])
    },
  }
}
