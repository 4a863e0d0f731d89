import { afterAll, inject, onTestFinished } from 'vitest'
import { LocalWakeBus, type WakeBus } from '../src/live/wake-bus.ts'
import { NotifyWakeBus } from '../src/wakes/notify-wake-bus.ts'
import { RedisWakeBus } from '../src/wakes/redis-wake-bus.ts'
import type { SharedWakeBus } from '../src/wakes/shared-wake-bus.ts'
import { WakeExchange } from '../src/wakes/wake-exchange.ts'
import { WorkerWakeBus } from '../src/wakes/worker-wake-bus.ts'
import { answerRoundTrips } from '../src/workers/round-trip.ts'
import { channel } from './channel.ts'
import { postgresServer } from './postgres.ts'
import { redisPrefix, redisUrl } from './redis.ts'

/** Opens the buses of several nodes that reach each other, until the test has ended. */
export type OpenBuses = (nodes: number) => Promise<WakeBus[]>

const untilTestEnds = <Bus extends SharedWakeBus>(bus: Bus): Bus => {
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

const withoutServers: Record<string, OpenBuses> = {
  LocalWakeBus: async (nodes) => {
    const bus = new LocalWakeBus()
    return times(nodes, () => bus)
  },
  WorkerWakeBus: async (nodes) => {
    const exchange = new WakeExchange()
    return times(nodes, () => {
      const [worker, primary] = channel()
      exchange.add(primary)
      answerRoundTrips(primary)
      return untilTestEnds(new WorkerWakeBus(worker, ignore))
    })
  },
}

const withServers: Record<string, OpenBuses> = {
  NotifyWakeBus: async (nodes) => {
    const url = await postgresUrl()
    return times(nodes, () => untilTestEnds(new NotifyWakeBus(url, ignore)))
  },
  RedisWakeBus: async (nodes) => {
    const [url, prefix] = [await redisUrl(), redisPrefix()]
    return times(nodes, () => untilTestEnds(new RedisWakeBus(url, prefix, ignore)))
  },
}

/** The buses for contract tests: unit tests have those that need no server, and integration tests the others. */
export const buses = inject('servers') ? withServers : withoutServers
