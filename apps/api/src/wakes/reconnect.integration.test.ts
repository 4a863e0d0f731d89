import { Redis } from 'ioredis'
import { Client } from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { newPollId, openNode, SharedSource } from '../../testing/broker-node.ts'
import { postgresUrl } from '../../testing/buses.ts'
import { Ear } from '../../testing/ear.ts'
import { redisPrefix, redisUrl } from '../../testing/redis.ts'
import { TcpProxy } from '../../testing/tcp-proxy.ts'
import { NotifyWakeBus } from './notify-wake-bus.ts'
import { RedisWakeBus } from './redis-wake-bus.ts'
import type { SharedWakeBus, SharedWakeBusOptions } from './shared-wake-bus.ts'

interface Kind {
  port: number
  /** A server's address, on which connections are named as told. */
  address(name: string): Promise<string>
  open(url: string, prefix: string, options: SharedWakeBusOptions): SharedWakeBus
  /** Has the server close the connections of this name; answers how many there were. */
  kill(name: string): Promise<number>
}

const kinds: Record<string, Kind> = {
  NotifyWakeBus: {
    port: 5432,
    address: async (name) => `${await postgresUrl()}?application_name=${name}`,
    open: (url, _prefix, options) => new NotifyWakeBus(url, options),
    async kill(name) {
      const client = new Client(await postgresUrl())
      await client.connect()
      const sql = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1'
      const { rowCount } = await client.query(sql, [name])
      await client.end()
      return rowCount ?? 0
    },
  },
  RedisWakeBus: {
    port: 6379,
    address: async (name) => `${await redisUrl()}?connectionName=${name}`,
    open: (url, prefix, options) => new RedisWakeBus(url, prefix, options),
    async kill(name) {
      const redis = new Redis(await redisUrl())
      const clients = String(await redis.client('LIST')).split('\n')
      const ids = clients.filter((line) => line.includes(` name=${name} `)).map((line) => /id=(\d+)/.exec(line)?.[1])
      for (const id of ids) await redis.client('KILL', 'ID', Number(id))
      redis.disconnect()
      return ids.length
    },
  },
}

describe.each(Object.entries(kinds))('%s', (_, { port, address, open, kill }) => {
  /** A node behind a proxy, and one that is not; both watch a poll. */
  const setUp = async (options: Partial<SharedWakeBusOptions> = {}) => {
    const prefix = redisPrefix()
    const name = prefix.replace(':', '')
    const errors: Error[] = []
    const { proxy, url } = await TcpProxy.before(await address(name), port)
    const bus = open(url, prefix, { onError: (error) => errors.push(error), ...options })
    const other = open(await address(`${name}-other`), prefix, { onError: () => {} })
    onTestFinished(() => Promise.all([bus.close(), other.close()]).then(() => {}))
    const [pollId, source] = [newPollId(), new SharedSource()]
    const [ear, otherEar] = [new Ear(bus), new Ear(other)]
    const [node, otherNode] = [openNode(bus, source, pollId), openNode(other, source, pollId)]
    await Promise.all([ear.begun(pollId), otherEar.begun(pollId)])
    otherNode.vote()
    await node.shows(1)
    return { name, errors, proxy, bus, ear, pollId, source, node, otherNode }
  }

  test('a connection that the server closed comes back, the poll is read again, and wakes come again', async () => {
    const { name, ear, errors, pollId, source, node, otherNode } = await setUp()
    expect(await kill(name)).toBeGreaterThan(0)
    source.revision = 5
    await ear.begun(pollId, 2)
    await node.shows(5)
    otherNode.vote()
    await node.shows(6)
    expect(errors).toHaveLength(1)
  })

  test('while the server is away votes are heard here at once; what it missed others hear once it is back', async () => {
    const { proxy, ear, errors, pollId, node, otherNode, bus, source } = await setUp()
    proxy.refuse()
    const start = performance.now()
    for (let vote = 0; vote < 1000; vote += 1) bus.publish({ pollId, revision: 2 + vote })
    expect(performance.now() - start).toBeLessThan(500)
    expect(ear.wakes.at(-1)).toEqual({ pollId, revision: 1001 })
    source.revision = 1000
    node.vote()
    await node.shows(1001)
    await new Promise<void>((resolve) => setImmediate(resolve))
    expect(otherNode.seen.at(-1)).toBe(1)
    proxy.refuse(false)
    await otherNode.shows(1001)
    expect(errors).toHaveLength(1)
  })

  test('a network that swallows everything without a word is noticed, and left', async () => {
    const { proxy, ear, pollId, source, node } = await setUp({ patience: 200, heartbeat: 100 })
    proxy.stall()
    source.revision = 9
    const reported = ear.begun(pollId, 2)
    // Only a new connection helps: what was sent meanwhile never arrives.
    setTimeout(() => proxy.stall(false), 500)
    await reported
    await node.shows(9)
  })

  test('where nothing ever answers, opening, publishing, watching and closing are quick and throw nothing', async () => {
    const errors: Error[] = []
    const url = new URL(await address('nobody'))
    url.port = '1'
    const start = performance.now()
    const bus = open(url.href, redisPrefix(), { onError: (error) => errors.push(error) })
    const ear = new Ear(bus)
    const wake = { pollId: newPollId(), revision: 1 }
    bus.watch(wake.pollId)
    bus.publish(wake)
    bus.unwatch(wake.pollId)
    expect(ear.wakes).toEqual([wake])
    await bus.close()
    expect(performance.now() - start).toBeLessThan(500)
  })
})
