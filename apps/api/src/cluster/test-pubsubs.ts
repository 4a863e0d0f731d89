import { afterAll, onTestFinished } from 'vitest'
import { postgresServer } from '../../test/support/postgres.ts'
import { redisPrefix, redisUrl } from '../../test/support/redis.ts'
import type { PubSub } from '../live/pubsub.ts'
import { answerRoundTrips } from './ipc.ts'
import { PostgresPubSub } from './postgres-pubsub.ts'
import { PubSubExchange } from './pubsub-exchange.ts'
import type { ReconnectingPubSub } from './reconnecting-pubsub.ts'
import { RedisPubSub } from './redis-pubsub.ts'
import { channelPair } from './test-channel.ts'
import { WorkerPubSub } from './worker-pubsub.ts'

/** Opens the pubsubs of several nodes that reach each other, until the test has ended. */
export type OpenPubSubs = (nodes: number) => Promise<PubSub[]>

const untilTestEnds = <Opened extends ReconnectingPubSub>(pubsub: Opened): Opened => {
  onTestFinished(() => pubsub.close())
  return pubsub
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)
const ignore = { onError: () => {} }

let server: ReturnType<typeof postgresServer> | undefined
afterAll(async () => (await server)?.stop())

/** A server that all test files share: topics are told apart by their names. */
export async function postgresUrl(): Promise<string> {
  server ??= postgresServer()
  return (await server).url
}

export const pubsubs: Record<string, OpenPubSubs> = {
  PostgresPubSub: async (nodes) => {
    const url = await postgresUrl()
    return times(nodes, () => untilTestEnds(new PostgresPubSub(url, ignore)))
  },
  RedisPubSub: async (nodes) => {
    const [url, prefix] = [await redisUrl(), redisPrefix()]
    return times(nodes, () => untilTestEnds(new RedisPubSub(url, prefix, ignore)))
  },
  WorkerPubSub: async (nodes) => {
    const exchange = new PubSubExchange()
    return times(nodes, () => {
      const [worker, primary] = channelPair()
      exchange.add(primary)
      answerRoundTrips(primary)
      return untilTestEnds(new WorkerPubSub(worker, ignore))
    })
  },
}
