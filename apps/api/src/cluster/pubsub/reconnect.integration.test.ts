import { Redis } from 'ioredis'
import { Client } from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { newSubject, openNode, SharedSource } from '../../../testing/broker-node.ts'
import { postgresUrl } from '../../../testing/pubsubs.ts'
import { redisPrefix, redisUrl } from '../../../testing/redis.ts'
import { Subscriber } from '../../../testing/subscriber.ts'
import { TcpProxy } from '../../../testing/tcp-proxy.ts'
import { PostgresPubSub } from './postgres-pubsub.ts'
import type { PubSubOptions, ReconnectingPubSub } from './reconnecting-pubsub.ts'
import { RedisPubSub } from './redis-pubsub.ts'

interface Kind {
  port: number
  /** The server's URL, with a name for connections to it. */
  address(name: string): Promise<string>
  open(url: string, prefix: string, options: PubSubOptions): ReconnectingPubSub
  /** Makes the server close the connections with this name. Returns how many there were. */
  kill(name: string): Promise<number>
}

const kinds: Record<string, Kind> = {
  PostgresPubSub: {
    port: 5432,
    address: async (name) => `${await postgresUrl()}?application_name=${name}`,
    open: (url, _prefix, options) => new PostgresPubSub(url, options),
    async kill(name) {
      const client = new Client(await postgresUrl())
      await client.connect()
      const sql = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1'
      const { rowCount } = await client.query(sql, [name])
      await client.end()
      return rowCount ?? 0
    },
  },
  RedisPubSub: {
    port: 6379,
    address: async (name) => `${await redisUrl()}?connectionName=${name}`,
    open: (url, prefix, options) => new RedisPubSub(url, prefix, options),
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
  /** A node behind a proxy and one without, both subscribed to a subject. */
  const setUp = async (options: Partial<PubSubOptions> = {}) => {
    const prefix = redisPrefix()
    const name = prefix.replace(':', '')
    const errors: Error[] = []
    const { proxy, url } = await TcpProxy.before(await address(name), port)
    const pubsub = open(url, prefix, { onError: (error) => errors.push(error), ...options })
    const other = open(await address(`${name}-other`), prefix, { onError: () => {} })
    onTestFinished(() => Promise.all([pubsub.close(), other.close()]).then(() => {}))
    const [subject, source] = [newSubject(), new SharedSource()]
    const [subscriber, otherSubscriber] = [new Subscriber(pubsub), new Subscriber(other)]
    const [node, otherNode] = [openNode(pubsub, source, subject), openNode(other, source, subject)]
    await Promise.all([subscriber.gap(subject), otherSubscriber.gap(subject)])
    otherNode.publish()
    await node.shows(1)
    return { name, errors, proxy, subscriber, subject, source, node, otherNode }
  }

  test('after the server has closed a connection there is a new one, the subject is read again, and messages arrive again', async () => {
    const { name, subscriber, errors, subject, source, node, otherNode } = await setUp()
    expect(await kill(name)).toBeGreaterThan(0)
    source.revision = 5
    await subscriber.gap(subject, 2)
    await node.shows(5)
    otherNode.publish()
    await node.shows(6)
    expect(errors).toHaveLength(1)
  })

  test('while the server is down, what is published is seen here at once; others get it when the server is back', async () => {
    const { proxy, errors, node, otherNode } = await setUp()
    proxy.refuse()
    for (let revision = 2; revision <= 1001; revision += 1) node.publish()
    await node.shows(1001)
    await new Promise<void>((resolve) => setImmediate(resolve))
    expect(otherNode.seen.at(-1)).toBe(1)
    proxy.refuse(false)
    await otherNode.shows(1001)
    expect(errors).toHaveLength(1)
  })

  test('a connection that no longer answers is noticed and replaced', async () => {
    const { proxy, subscriber, subject, source, node } = await setUp({ timeoutMs: 600, pingMs: 200 })
    proxy.stall()
    source.revision = 9
    const reported = subscriber.gap(subject, 2)
    // Only a new connection helps: what was sent meanwhile never arrives.
    setTimeout(() => proxy.stall(false), 1500)
    await reported
    await node.shows(9)
  })

  test('without any answer, opening, publishing, subscribing and closing wait for none and throw nothing', async () => {
    const errors: Error[] = []
    const url = new URL(await address('nobody'))
    url.port = '1'
    const pubsub = open(url.href, redisPrefix(), { onError: (error) => errors.push(error) })
    const subject = newSubject()
    pubsub.subscribe(subject)
    pubsub.publish({ subject, revision: 1 })
    pubsub.unsubscribe(subject)
    await pubsub.close()
  })
})
