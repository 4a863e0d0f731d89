import { Redis } from 'ioredis'
import { withTimeout } from '../../lib/time.ts'
import { decodeMessage, encodeMessage, type OpenConnection } from './pubsub-connection.ts'
import { type PubSubOptions, ReconnectingPubSub } from './reconnecting-pubsub.ts'

/** PubSub between processes on one Redis server: PUBLISH and SUBSCRIBE on two separate connections. */
export class RedisPubSub extends ReconnectingPubSub {
  /** @param prefix of every channel's name, so that several installations can share one server */
  constructor(url: string, prefix: string, options: PubSubOptions) {
    super(
      connectTo(url, (subject) => `${prefix}subject:${subject}`),
      options,
    )
  }
}

const connectTo =
  (url: string, channelOf: (subject: string) => string): OpenConnection =>
  async ({ onMessage, onDisconnect }, timeoutMs) => {
    const connection = () =>
      new Redis(url, {
        lazyConnect: true,
        enableOfflineQueue: false,
        autoResubscribe: false,
        connectTimeout: timeoutMs,
        // ReconnectingPubSub opens another connection when this one breaks.
        retryStrategy: null,
      } as const)
        .on('error', onDisconnect)
        .on('end', () => onDisconnect(new Error('Redis closed the connection')))
    const [publisher, subscriber] = [connection(), connection()]
    subscriber.on('message', (_channel: string, text: string) => {
      const message = decodeMessage(text)
      if (message) onMessage(message)
    })
    const close = () => {
      publisher.disconnect()
      subscriber.disconnect()
    }
    try {
      await withTimeout(timeoutMs, Promise.all([publisher.connect(), subscriber.connect()]))
    } catch (error) {
      close()
      throw error
    }
    return {
      async subscribe(subjects) {
        await subscriber.subscribe(...subjects.map(channelOf))
      },
      async unsubscribe(subjects) {
        await subscriber.unsubscribe(...subjects.map(channelOf))
      },
      async publish(messages) {
        await Promise.all(
          messages.map((message) => publisher.publish(channelOf(message.subject), encodeMessage(message))),
        )
      },
      async ping() {
        await Promise.all([publisher.ping(), subscriber.ping()])
      },
      close,
    }
  }
