import { Redis } from 'ioredis'
import { withTimeout } from '../lib/time.ts'
import { type OpenConnection, parseWake, wakeText } from './pubsub-connection.ts'
import { type PubSubOptions, ReconnectingPubSub } from './reconnecting-pubsub.ts'

/** Wakes between the processes on one Redis server, by PUBLISH and SUBSCRIBE on two connections of its own. */
export class RedisPubSub extends ReconnectingPubSub {
  /** @param prefix stands before every channel, so that several installations can share one server */
  constructor(url: string, prefix: string, options: PubSubOptions) {
    super(
      redisLine(url, (pollId) => `${prefix}wake:${pollId}`),
      options,
    )
  }
}

const redisLine =
  (url: string, channelOf: (pollId: string) => string): OpenConnection =>
  async ({ hear, broken }, patience) => {
    const connection = () =>
      new Redis(url, {
        lazyConnect: true,
        enableOfflineQueue: false,
        autoResubscribe: false,
        connectTimeout: patience,
        // The bus opens another line when this one breaks.
        retryStrategy: null,
      } as const)
        .on('error', broken)
        .on('end', () => broken(new Error('Redis closed the connection')))
    const [publisher, subscriber] = [connection(), connection()]
    subscriber.on('message', (_channel: string, text: string) => {
      const wake = parseWake(text)
      if (wake) hear(wake)
    })
    const close = () => {
      publisher.disconnect()
      subscriber.disconnect()
    }
    try {
      await withTimeout(patience, Promise.all([publisher.connect(), subscriber.connect()]))
    } catch (error) {
      close()
      throw error
    }
    return {
      async subscribe(pollIds) {
        await subscriber.subscribe(...pollIds.map(channelOf))
      },
      async unsubscribe(pollIds) {
        await subscriber.unsubscribe(...pollIds.map(channelOf))
      },
      async send(wakes) {
        await Promise.all(wakes.map((wake) => publisher.publish(channelOf(wake.pollId), wakeText(wake))))
      },
      async ping() {
        await Promise.all([publisher.ping(), subscriber.ping()])
      },
      close,
    }
  }
