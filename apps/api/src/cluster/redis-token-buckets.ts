import { createHmac } from 'node:crypto'
import { Redis } from 'ioredis'
import { reasonOf } from '../lib/reason-of.ts'
import { backoff } from '../lib/time.ts'
import type { AskBuckets } from './shared-token-buckets.ts'

/**
 * As MemoryTokenBuckets, for all keys at once, by the clock of Redis, which is a time of day and may be set back. So of each
 * bucket it keeps when it is full again, and when that was worked out: if that is to come, so much was the clock set back. Then
 * it is worked out anew at once, even if nothing is taken: from the old one it would not come nearer.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local function keep(key, full)
  redis.call('SET', key, string.format('%.3f %.3f', full, now), 'PX', math.ceil(full - now))
end
local waits = {}
for i, key in ipairs(KEYS) do
  local burst, interval, empty = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local kept, at = string.match(redis.call('GET', key) or '0 0', '^(%S+) (%S+)$')
  local setBack = math.max(tonumber(at) - now, 0)
  local full = math.max(tonumber(kept) - setBack, now)
  local wait = full - now + (1 - burst) * interval
  if empty == 0 then
    redis.call('DEL', key)
    waits[i] = 0
  elseif empty > 0 then
    keep(key, now + empty + burst * interval)
    waits[i] = 0
  elseif wait > 0.5 then
    if setBack > 0 then keep(key, full) end
    waits[i] = math.ceil(wait - 0.5)
  else
    keep(key, full + interval)
    waits[i] = 0
  end
end
return waits`

export interface RedisTokenBuckets {
  ask: AskBuckets
  close(): void
}

/**
 * Buckets that all nodes share through Redis. Keys have addresses and voters in them, and Redis may write them to disk: it
 * gets them hashed, under the installation's secret.
 *
 * @param prefix of every key, so that several installations can share one server
 * @param onError is called once for each outage
 */
export function redisTokenBuckets(
  url: string,
  prefix: string,
  secret: string,
  onError: (error: Error) => void,
): RedisTokenBuckets {
  let isReported = false
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => backoff(attempt),
  })
  redis.on('error', (error) => {
    if (isReported) return
    isReported = true
    onError(new Error(`Redis is not available: each process counts for its limits by itself (${reasonOf(error)}).`))
  })
  redis.on('ready', () => {
    isReported = false
  })
  const keyOf = (key: string) =>
    `${prefix}limit:${createHmac('sha256', secret).update(`bucket ${key}`).digest('base64url').slice(0, 22)}`
  return {
    ask: async (takes) => {
      const keys = takes.map(([key]) => keyOf(key))
      const args = takes.flatMap(([, { burst, perMinute }, emptyMs = -1]) => [burst, 60_000 / perMinute, emptyMs])
      return (await redis.eval(TAKE, keys.length, ...keys, ...args)) as number[]
    },
    close: () => redis.disconnect(),
  }
}
