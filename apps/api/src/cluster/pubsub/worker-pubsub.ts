import { type Channel, listen, post, roundTrip } from '../ipc.ts'
import type { OpenConnection } from './pubsub-connection.ts'
import type { FromExchange, ToExchange } from './pubsub-exchange.ts'
import { type PubSubOptions, ReconnectingPubSub } from './reconnecting-pubsub.ts'

/** PubSub between the workers of a pool, through the PubSubExchange in their primary process. */
export class WorkerPubSub extends ReconnectingPubSub {
  constructor(channel: Channel, options: PubSubOptions) {
    super(connectTo(channel), options)
  }
}

const connectTo =
  (channel: Channel): OpenConnection =>
  async ({ onMessage }, timeoutMs) => {
    const close = listen<FromExchange>(channel, 'pubsub', ({ messages }) => messages.forEach(onMessage))
    const send = (message: ToExchange) => post(channel, 'pubsub', message)
    /** Resolves when the exchange has handled the message. */
    const request = async (message: ToExchange) => {
      await send(message)
      await roundTrip(channel, timeoutMs)
    }
    return {
      subscribe: (subscribe) => request({ subscribe }),
      unsubscribe: (unsubscribe) => request({ unsubscribe }),
      publish: (publish) => send({ publish }),
      ping: () => roundTrip(channel, timeoutMs),
      close,
    }
  }
