import { type Channel, listen, post, roundTrip } from './ipc.ts'
import type { OpenConnection } from './pubsub-connection.ts'
import { type PubSubOptions, ReconnectingPubSub } from './reconnecting-pubsub.ts'
import type { FromExchange, ToExchange } from './worker-messages.ts'

/** Wakes between the workers of one machine, by way of the PubSubExchange in their primary process. */
export class WorkerPubSub extends ReconnectingPubSub {
  constructor(channel: Channel, options: PubSubOptions) {
    super(workerLine(channel), options)
  }
}

const workerLine =
  (channel: Channel): OpenConnection =>
  async ({ hear }, patience) => {
    const close = listen<FromExchange>(channel, 'pubsub', ({ wakes }) => {
      for (const [pollId, revision] of wakes) hear({ pollId, revision })
    })
    const tell = (message: ToExchange) => post(channel, 'pubsub', message)
    /** Resolves when the exchange has done it: being sent is not enough where wakes of others may come in between. */
    const have = async (message: ToExchange) => {
      await tell(message)
      await roundTrip(channel, patience)
    }
    return {
      subscribe: (watch) => have({ watch }),
      unsubscribe: (unwatch) => have({ unwatch }),
      send: (wakes) => tell({ wakes: wakes.map(({ pollId, revision }) => [pollId, revision]) }),
      ping: () => roundTrip(channel, patience),
      close,
    }
  }
