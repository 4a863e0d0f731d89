import { afterAll, onTestFinished } from 'vitest'
import { postgresServer } from '../../test/support/postgres.ts'
import { redisPrefix, redisUrl } from '../../test/support/redis.ts'
import { LocalPubSub, type PubSub } from '../live/pubsub.ts'
import { answerRoundTrips } from './ipc.ts'
import { PostgresPubSub } from './postgres-pubsub.ts'
import { PubSubExchange } from './pubsub-exchange.ts'
import type { ReconnectingPubSub } from './reconnecting-pubsub.ts'
import { RedisPubSub } from './redis-pubsub.ts'
import { channelPair } from './test-channel.ts'
import { WorkerPubSub } from './worker-pubsub.ts'

/** Opens the buses of several nodes that reach each other, until the test has ended. */
export type OpenBuses = (nodes: number) => Promise<PubSub[]>

const untilTestEnds = <Bus extends ReconnectingPubSub>(bus: Bus): Bus => {
  onTestFinished(() => bus.close())
  return bus
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)
const ignore = { onError: () => {} }

let server: ReturnType<typeof postgresServer> | undefined
afterAll(async () => (await server)?.stop())

/** A server that all test files share: polls are told apart by their ids. */
export async function postgresUrl(): Promise<string> {
  server ??= postgresServer()
  return (await server).url
}

export const buses: Record<string, OpenBuses> = {
  LocalPubSub: async (nodes) => {
    const bus = new LocalPubSub()
    return times(nodes, () => bus)
  },
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
