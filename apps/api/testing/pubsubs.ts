import { afterAll, inject, onTestFinished } from 'vitest'
import { answerRoundTrips } from '../src/cluster/ipc.ts'
import { PostgresPubSub } from '../src/cluster/pubsub/postgres-pubsub.ts'
import { PubSubExchange } from '../src/cluster/pubsub/pubsub-exchange.ts'
import type { ReconnectingPubSub } from '../src/cluster/pubsub/reconnecting-pubsub.ts'
import { RedisPubSub } from '../src/cluster/pubsub/redis-pubsub.ts'
import { WorkerPubSub } from '../src/cluster/pubsub/worker-pubsub.ts'
import type { PubSub } from '../src/live/pubsub.ts'
import { channelPair } from './channel.ts'
import { postgresServer } from './postgres.ts'
import { redisPrefix, redisUrl } from './redis.ts'

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

/** A server that all test files share: subjects are told apart by their names. */
export async function postgresUrl(): Promise<string> {
  server ??= postgresServer()
  return (await server).url
}

const withoutServers: Record<string, OpenPubSubs> = {
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

const withServers: Record<string, OpenPubSubs> = {
  PostgresPubSub: async (nodes) => {
    const url = await postgresUrl()
    return times(nodes, () => untilTestEnds(new PostgresPubSub(url, ignore)))
  },
  RedisPubSub: async (nodes) => {
    const [url, prefix] = [await redisUrl(), redisPrefix()]
    return times(nodes, () => untilTestEnds(new RedisPubSub(url, prefix, ignore)))
  },
}

/** The variants for contract tests: unit tests have those that need no server, and integration tests the others. */
export const pubsubs = inject('servers') ? withServers : withoutServers
